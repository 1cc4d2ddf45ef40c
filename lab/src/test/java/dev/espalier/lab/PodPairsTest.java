package dev.espalier.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.lab.PodPairs.Pair;
import dev.espalier.lab.PodProof.Kind;
import dev.espalier.lab.Topology.NodeDaemon;
import dev.espalier.lab.Topology.Pods;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PodPairsTest {

    @Test
    void eachKindOfWayIsShownByOnePair() {
        Pod first = new Pod("node-1", 1);

        assertThat(PodPairs.of(FabricPlan.of(TopologyFile.load("spine-leaf"))))
                .containsExactly(
                        new Pair(Kind.SAME_NODE, first, Optional.of(new Pod("node-1", 2))),
                        new Pair(Kind.SAME_RACK, first, Optional.of(new Pod("node-2", 2))),
                        new Pair(Kind.ACROSS_RACKS, first, Optional.of(new Pod("node-4", 2))),
                        new Pair(Kind.OUTSIDE, first, Optional.empty()));
    }

    @Test
    void aSinglePodCanOnlyReachTheOutside() {
        Topology single = TopologyFile.parse("single.yaml", """
                name: single
                mode: ebgp
                spines: [s1]
                racks:
                  - tor: t1
                    nodes: [n1]
                pods: 1
                """);

        assertThat(PodPairs.of(FabricPlan.of(single)))
                .containsExactly(new Pair(Kind.OUTSIDE, new Pod("n1", 1), Optional.empty()));
    }

    @Test
    void whereThereAreNoPodsThereIsNothingToShow() {
        Topology shipped = TopologyFile.load("spine-leaf");

        assertThat(List.of(shipped.withNodeDaemon(NodeDaemon.FRR), shipped.withPods(Pods.NONE)))
                .allSatisfy(without ->
                        assertThat(PodPairs.of(FabricPlan.of(without))).isEmpty());
    }
}

package dev.espalier.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.lab.PodProof.Kind;
import dev.espalier.lab.Topology.Encapsulation;
import dev.espalier.lab.Topology.EncapsulationMode;
import dev.espalier.lab.Topology.Pods;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a lab does with its pods, beside what {@link EspalierLabTest} shows of all topologies. */
@Tag("netns")
class PodLabTest {

    private static final Pods IN_VXLAN = new Pods(2, Encapsulation.VXLAN, EncapsulationMode.ALWAYS);

    private static final String NAME = "labpods" + ProcessHandle.current().pid();
    private static final String OTHER = NAME + "x";

    private static Lab lab;

    @BeforeAll
    static void make() {
        lab = up("spine-leaf", NAME);
    }

    @AfterAll
    static void removeLabs() {
        Lab.down(NAME);
        Lab.down(OTHER);
    }

    @Test
    void withTunnelsPacketsGoFromNodeToNode() {
        packetsGoFromNodeToNode(lab);
    }

    @Tag("long")
    @ParameterizedTest
    @ValueSource(strings = {"ibgp-tor", "reflectors", "mesh"})
    void withTunnelsPacketsGoFromNodeToNodeInOtherTopologies(String topology) {
        packetsGoFromNodeToNode(up(topology, OTHER));

        Lab.down(OTHER);
    }

    private static void packetsGoFromNodeToNode(Lab lab) {
        assertThat(lab.provePods())
                .extracting(PodProof::kind)
                .containsExactly(Kind.SAME_NODE, Kind.SAME_RACK, Kind.ACROSS_RACKS, Kind.OUTSIDE);
        assertThat(lab.prove().routesInWords()).isEqualTo("node-1 > node-4");
        assertThat(lab.namespace("node-1").ip("route get 10.42.4.2")).contains("dev vxlan.esp");
    }

    @Test
    void aPodIsEnteredByTheNameThatReportsCallItBy() {
        assertThat(lab.namespace("node-2/pod-1").ip("-4 -o addr show eth0")).contains("inet 10.42.2.");
        assertThatThrownBy(() -> lab.namespace("node-2/pod-3")).hasMessageContaining("has no box 'node-2/pod-3'");
    }

    @Test
    void aProofThatFailsSaysBetweenWhomAndHowFarAPacketGot() {
        Namespace silent = lab.namespace("node-4/pod-2");
        silent.ip("route add blackhole 10.42.1.0/24");
        try {
            assertThatThrownBy(lab::provePods)
                    .hasMessageMatching("across racks: of 3 pings from node-1/pod-1 \\(10\\.42\\.1\\.\\d+\\)"
                            + " to node-4/pod-2 \\(10\\.42\\.4\\.\\d+\\) 0 were answered;"
                            + " a packet got as far as: node-1/pod-1 > node-1 > node-4 > \\?");
        } finally {
            silent.ip("route del blackhole 10.42.1.0/24");
        }
    }

    @Test
    void statusSaysWhichNodeLacksAPod() {
        lab.namespace("node-3/pod-1").delete();

        assertThat(Pause.until(Duration.ofSeconds(15), () -> complaintOf("node-3")
                        .matches("node-3 has 1 of 2 pods; see .*/boxes/node-3/espalier\\.log")))
                .as(complaintOf("node-3"))
                .isTrue();
    }

    private static String complaintOf(String box) {
        return lab.status().stream()
                .filter(status -> status.box().equals(box))
                .findFirst()
                .flatMap(BoxStatus::complaint)
                .orElse("");
    }

    private static Lab up(String topology, String name) {
        return Lab.up(
                TopologyFile.load(topology).withPods(IN_VXLAN).withName(name),
                new PrintStream(System.out, true, StandardCharsets.UTF_8));
    }
}

package dev.espalier.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.espalier.lab.PodProof.Kind;
import dev.espalier.lab.Topology.NodeDaemon;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The shipped topologies as they ship: the nodes run the daemon of this very build. */
@Tag("netns")
class EspalierLabTest {

    static final List<String> SHIPPED = TopologyFile.SHIPPED;

    private final String name = "labnode" + ProcessHandle.current().pid();

    @AfterEach
    void removeLab() {
        Lab.down(name);
    }

    @ParameterizedTest
    @FieldSource("SHIPPED")
    void everyTopologyComesUpWithEspalierGetsPacketsThroughAndLeavesNothing(String topology) {
        Topology shipped = TopologyFile.load(topology).withName(name);
        assertThat(shipped.nodeDaemon()).isEqualTo(NodeDaemon.ESPALIER);

        Lab lab = up(shipped);

        assertThat(lab.status()).allSatisfy(box -> assertThat(box.complaint()).isEmpty());
        assertThat(lab.prove().routesInWords())
                .isEqualTo(
                        topology.equals("mesh")
                                ? "node-1 > node-4"
                                : "node-1 > tor-1 > spine-1 | spine-2 > tor-2 > node-4");
        assertThat(lab.provePods())
                .extracting(PodProof::kind, PodProof::seenAs)
                .containsExactly(
                        tuple(Kind.SAME_NODE, addressOf(lab, "node-1/pod-1")),
                        tuple(Kind.SAME_RACK, addressOf(lab, "node-1/pod-1")),
                        tuple(Kind.ACROSS_RACKS, addressOf(lab, "node-1/pod-1")),
                        tuple(Kind.OUTSIDE, nodeAddress(lab, "node-1")));
        Lab.down(name);
        assertThat(Traces.of(name)).isEmpty();
    }

    private static String addressOf(Lab lab, String pod) {
        return lab.pods().stream()
                .filter(each -> each.name().equals(pod))
                .map(each -> each.address().toString())
                .findFirst()
                .orElseThrow();
    }

    private static String nodeAddress(Lab lab, String node) {
        return FabricPlan.of(lab.topology())
                .box(node)
                .orElseThrow()
                .addresses()
                .getFirst()
                .toString();
    }

    /** When the lab does not come up, prints what the first node's daemon has to say before it is removed. */
    private Lab up(Topology topology) {
        try {
            return Lab.up(topology, new PrintStream(System.out, true, StandardCharsets.UTF_8));
        } catch (LabException failure) {
            System.err.println(Command.of("tail", "-40", "/run/espalier-lab/" + name + "/boxes/node-1/espalier.log")
                    .run()
                    .output());
            throw failure;
        }
    }
}

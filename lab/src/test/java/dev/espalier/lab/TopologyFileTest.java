package dev.espalier.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.lab.Topology.Encapsulation;
import dev.espalier.lab.Topology.EncapsulationMode;
import dev.espalier.lab.Topology.Mode;
import dev.espalier.lab.Topology.NodeDaemon;
import dev.espalier.lab.Topology.Pods;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

class TopologyFileTest {

    static final List<String> SHIPPED = TopologyFile.SHIPPED;

    private static final String SMALL = """
            name: small
            mode: ebgp
            spines: [s1]
            racks:
              - tor: t1
                nodes: [n1, n2]
            """;

    @ParameterizedTest
    @FieldSource("SHIPPED")
    void everyShippedTopologyIsNamedAsItsFileAndHasEspalierOnFourNodes(String name) {
        Topology topology = TopologyFile.load(name);

        assertThat(topology.name()).isEqualTo(name);
        assertThat(topology.nodeDaemon()).isEqualTo(NodeDaemon.ESPALIER);
        assertThat(topology.racks().stream().flatMap(rack -> rack.nodes().stream()))
                .hasSize(4);
    }

    @ParameterizedTest
    @FieldSource("SHIPPED")
    void writtenTextReadsBackAsTheSameTopology(String name) {
        Topology topology = TopologyFile.load(name).withName("other").withNodeDaemon(NodeDaemon.FRR);

        assertThat(TopologyFile.parse("again.yaml", TopologyFile.text(topology)))
                .isEqualTo(topology);
    }

    @Test
    void aSmallFileSaysWhatItSays() {
        assertThat(TopologyFile.parse("small.yaml", SMALL))
                .isEqualTo(new Topology(
                        "small",
                        Mode.EBGP,
                        NodeDaemon.ESPALIER,
                        List.of("s1"),
                        List.of(new Topology.Rack("t1", List.of("n1", "n2"))),
                        List.of(),
                        Topology.Pods.USUAL));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "spines: [s1]   | spine: [s1]      | small.yaml:3:1: unknown field 'spine'; did you mean 'spines'?",
                "mode: ebgp     | mode: star       | small.yaml:2:7: 'star' is none of ebgp, ibgp-tor, reflectors, mesh",
                "mode: ebgp     | name: again      | small.yaml:2:1: the field 'name' is already given in line 1",
                "name: small    | name: Small      | small.yaml: the name 'Small' must be made of lower-case letters",
                "name: small    | nodeDaemon: frr  | small.yaml:1:1: field 'name' is missing",
                "spines: [s1]   | spines: s1       | small.yaml:3:9: must be a list, not text",
                "spines: [s1]   | spines: [t1]     | small.yaml: two boxes are called 't1'",
                "spines: [s1]   | spines: []       | small.yaml: there must be 1 to 16 spines, not 0",
                "spines: [s1]   | spines: [s1      | small.yaml:4:6: malformed YAML",
                "mode: ebgp     | mode: reflectors | 'reflectors' names nodes in mode reflectors",
                "spines: [s1]   | spines: [world]  | small.yaml: no box can be called 'world': that is what is outside",
                "spines: [s1]   | pods: many       | small.yaml:3:7: must be a number of pods from 0 to 250, not 'many'",
                "spines: [s1]   | pods: 251        | small.yaml:3:7: must be a number of pods from 0 to 250, not '251'",
                "spines: [s1]   | encapsulation: x | small.yaml:3:16: 'x' is none of none, ipip, vxlan",
                "spines: [s1]   | encapsulationMode: always | small.yaml:3:20: there is no encapsulation whose mode",
                "mode: ebgp     | mode: [a]        | small.yaml:2:7: must be one word, not a list",
            })
    void anErrorNamesItsPlaceAndWhatWasWrong(String line, String instead, String message) {
        assertThatThrownBy(() -> TopologyFile.parse("small.yaml", SMALL.replace(line, instead)))
                .isInstanceOf(LabException.class)
                .hasMessageContaining(message);
    }

    @Test
    void howManyPodsThereAreAndHowTheirPacketsTravelIsReadAndWritten() {
        Topology topology = TopologyFile.parse(
                "small.yaml", SMALL + "pods: 50\nencapsulation: vxlan\nencapsulationMode: crossSubnet\n");

        assertThat(topology.pods()).isEqualTo(new Pods(50, Encapsulation.VXLAN, EncapsulationMode.CROSS_SUBNET));
        assertThat(TopologyFile.parse("again.yaml", TopologyFile.text(topology)))
                .isEqualTo(topology);
    }

    @Test
    void aMeshWithTwoSpinesWouldBeALoopAndIsRefused() {
        String loop = SMALL.replace("mode: ebgp", "mode: mesh").replace("[s1]", "[s1, s2]");

        assertThatThrownBy(() -> TopologyFile.parse("loop.yaml", loop)).hasMessageContaining("takes exactly one spine");
    }

    @Test
    void aReflectorMustBeANode() {
        String text = SMALL.replace("mode: ebgp", "mode: reflectors") + "reflectors: [t1]\n";

        assertThatThrownBy(() -> TopologyFile.parse("small.yaml", text))
                .hasMessageContaining("the reflector 't1' is not one of the nodes");
    }

    @Test
    void anEmptyFileAndAMissingOneAreToldSo() {
        assertThatThrownBy(() -> TopologyFile.parse("empty.yaml", ""))
                .hasMessage("empty.yaml: a topology is one document, not 0");
        assertThatThrownBy(() -> TopologyFile.load(Path.of("/nowhere/x.yaml").toString()))
                .hasMessageContaining("cannot read the topology '/nowhere/x.yaml'")
                .hasMessageContaining("spine-leaf");
    }
}

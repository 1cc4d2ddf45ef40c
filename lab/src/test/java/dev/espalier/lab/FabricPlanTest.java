package dev.espalier.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.lab.Box.Role;
import dev.espalier.lab.Fabric.Wire;
import dev.espalier.lab.Speaker.Neighbour;
import dev.espalier.lab.Speaker.Trait;
import dev.espalier.lab.Speaker.Where;
import dev.espalier.lab.Topology.Encapsulation;
import dev.espalier.lab.Topology.EncapsulationMode;
import dev.espalier.lab.Topology.NodeDaemon;
import dev.espalier.lab.Topology.Pods;
import dev.espalier.net.IpAddress;
import dev.espalier.objects.NodeFacts;
import dev.espalier.objects.ObjectSet;
import dev.espalier.objects.plan.Compilation;
import dev.espalier.objects.plan.Compiler;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

class FabricPlanTest {

    static final List<String> SHIPPED = TopologyFile.SHIPPED;

    @ParameterizedTest
    @FieldSource("SHIPPED")
    void noAddressAnswersTwice(String name) {
        List<IpAddress> addresses = fabric(name).boxes().stream()
                .flatMap(box -> box.addresses().stream())
                .toList();

        assertThat(addresses).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @FieldSource("SHIPPED")
    void everyCableEndsInAPortOfABox(String name) {
        Fabric fabric = fabric(name);

        for (Wire wire : fabric.wires()) {
            assertThat(links(fabric, wire.boxA())).contains(wire.linkA());
            assertThat(links(fabric, wire.boxB())).contains(wire.linkB());
        }
    }

    /** Each session has two ends, so what one side expects some other side expects too. */
    @ParameterizedTest
    @FieldSource("SHIPPED")
    void everyNamedNeighbourIsABoxThatExpectsTheSession(String name) {
        Fabric fabric = fabric(name);

        for (Box box : fabric.boxes()) {
            for (Neighbour neighbour : neighbours(box)) {
                if (neighbour.where() instanceof Where.At at) {
                    Box other = fabric.owner(at.address()).orElseThrow();
                    assertThat(other.name()).isEqualTo(neighbour.name());
                    assertThat(other.sessions()).isPositive();
                }
            }
        }
        assertThat(fabric.boxes().stream().mapToInt(Box::sessions).sum())
                .isPositive()
                .isEven();
    }

    @Test
    void nodesOfASpineLeafHaveNothingButADefaultRouteAndAnAsOfTheirOwn() {
        Fabric fabric = fabric("spine-leaf");

        for (Box node : fabric.boxes(Role.NODE)) {
            assertThat(node.ports()).hasSize(1);
            assertThat(neighbours(node)).singleElement().satisfies(tor -> assertThat(tor.where())
                    .isEqualTo(new Where.DefaultGateway(node.gateway().orElseThrow())));
        }
        assertThat(fabric.boxes(Role.NODE).stream()
                        .map(node -> node.speaker().orElseThrow().asn()))
                .doesNotHaveDuplicates();
    }

    @Test
    void torsOfASpineLeafAcceptWhoeverCallsFromTheirRack() {
        Fabric fabric = fabric("spine-leaf");

        for (Box node : fabric.boxes(Role.NODE)) {
            Box tor = fabric.boxes(Role.TOR).get(node.rack() - 1);
            IpAddress address = node.ports().getFirst().address().orElseThrow().address();
            assertThat(neighbours(tor).stream().map(Neighbour::where))
                    .anyMatch(where -> where instanceof Where.Within within
                            && within.range().contains(address));
        }
    }

    @Test
    void aTorThatReflectsKeepsItsNodesApartByNextHop() {
        Box tor = fabric("ibgp-tor").boxes(Role.TOR).getFirst();

        assertThat(FrrConfig.of("tor-1", tor.speaker().orElseThrow(), null))
                .contains("neighbor NODES route-reflector-client")
                .contains("neighbor NODES next-hop-self\n")
                .doesNotContain("next-hop-self force");
    }

    @Test
    void torsHearReflectorsAndTellThemNothing() {
        Box tor = fabric("reflectors").boxes(Role.TOR).getFirst();

        assertThat(neighbours(tor).stream().filter(Neighbour::internal))
                .hasSize(2)
                .allMatch(reflector -> reflector.is(Trait.HEARS_NOTHING));
    }

    @Test
    void switchesOfAMeshDoNotSpeak() {
        Fabric fabric = fabric("mesh");

        assertThat(Stream.concat(fabric.boxes(Role.SPINE).stream(), fabric.boxes(Role.TOR).stream()))
                .allMatch(box -> box.switched()
                        && box.speaker().isEmpty()
                        && box.addresses().isEmpty());
    }

    @ParameterizedTest
    @FieldSource("SHIPPED")
    void theObjectsOfEveryNodeCompile(String name) {
        Fabric fabric = fabric(name);
        for (Box node : fabric.boxes(Role.NODE)) {
            ObjectSet objects = ObjectSet.parse(
                    node.name() + ".yaml",
                    EspalierConfig.of(node.speaker().orElseThrow()) + PodObjects.of(fabric, Path.of("/state")));

            Compilation compilation = Compiler.compile(objects, facts(node), file -> {
                throw new AssertionError("no node of a lab has a password, and " + file + " was asked for");
            });

            assertThat(compilation)
                    .isInstanceOfSatisfying(Compilation.Compiled.class, compiled -> assertThat(compiled.warnings())
                            .isEmpty());
        }
    }

    @Test
    void theWorldKnowsTheWayToNodesAndNotToPods() {
        Fabric fabric = fabric("spine-leaf");
        Box world = fabric.box(Topology.WORLD).orElseThrow();

        assertThat(fabric.owner(world.gateway().orElseThrow()).map(Box::name)).contains("spine-1");
        for (Box node : fabric.boxes(Role.NODE)) {
            assertThat(world.beyondGateway().covers(node.addresses().getFirst().toPrefix()))
                    .isTrue();
            assertThat(world.beyondGateway().covers(node.podBlock().orElseThrow()))
                    .isFalse();
        }
    }

    @Test
    void withoutPodsThereIsNoWorld() {
        Topology shipped = TopologyFile.load("spine-leaf");

        assertThat(List.of(shipped.withNodeDaemon(NodeDaemon.FRR), shipped.withPods(Pods.NONE)))
                .allSatisfy(topology ->
                        assertThat(FabricPlan.of(topology).boxes(Role.WORLD)).isEmpty());
    }

    @Test
    void moreThanSixtyPodsGetALargerBlock() {
        assertThat(blockLengthWith(60)).isEqualTo(26);
        assertThat(blockLengthWith(61)).isEqualTo(24);
    }

    private static int blockLengthWith(int pods) {
        Topology topology =
                TopologyFile.load("spine-leaf").withPods(new Pods(pods, Encapsulation.NONE, EncapsulationMode.ALWAYS));
        return FabricPlan.of(topology)
                .box("node-1")
                .flatMap(Box::podBlock)
                .orElseThrow()
                .length();
    }

    @ParameterizedTest
    @ValueSource(strings = {"spine-leaf", "ibgp-tor"})
    void withTunnelsTorsAndSpinesPassNextHopsOnAsTheyAre(String name) {
        Topology topology =
                TopologyFile.load(name).withPods(new Pods(2, Encapsulation.VXLAN, EncapsulationMode.ALWAYS));
        Fabric fabric = FabricPlan.of(topology);

        assertThat(Stream.concat(fabric.boxes(Role.SPINE).stream(), fabric.boxes(Role.TOR).stream()))
                .allSatisfy(box -> assertThat(neighbours(box))
                        .allMatch(neighbour -> neighbour.internal()
                                ? !neighbour.is(Trait.NEXT_HOP_SELF)
                                : neighbour.is(Trait.NEXT_HOP_KEPT)));
        assertThat(FrrConfig.of(
                        "tor-1", fabric.boxes(Role.TOR).getFirst().speaker().orElseThrow(), null))
                .contains("neighbor 100.64.1.0 disable-connected-check")
                .contains("neighbor 100.64.1.0 route-map KEEPING-NEXT-HOPS out");
    }

    @Test
    void aNodeKnowsThePoolsOfAllNodes() {
        String objects = PodObjects.of(fabric("spine-leaf"), Path.of("/state"));

        assertThat(objects)
                .contains("spec: {path: /state}")
                .contains("spec: {prefixes: [10.42.1.1/32, 10.42.2.1/32, 10.42.3.1/32, 10.42.4.1/32]}")
                .contains("""
                        kind: IpPool
                        metadata: {name: node-4}
                        spec:
                          prefix: 10.42.4.0/26
                          blockLength: 26
                          nodeSelector: {node: node-4}
                          natOutgoing: true
                        """)
                .containsPattern("(?s)name: node-1}.*name: node-2}.*name: node-3}.*name: node-4}");
    }

    @Test
    void anEspalierNodeIsToldInObjects() {
        Box node = fabric("spine-leaf").box("node-3").orElseThrow();

        assertThat(EspalierConfig.of(node.speaker().orElseThrow())).isEqualTo("""
                        apiVersion: espalier.dev/v1alpha1
                        kind: Router
                        metadata: {name: default}
                        spec:
                          asn: 65103
                          routerId: 172.16.2.3
                          multipathRelax: true
                          timers: {holdTime: 9, keepaliveInterval: 3, connectRetry: 1}
                        ---
                        apiVersion: espalier.dev/v1alpha1
                        kind: BgpPeer
                        metadata: {name: tor-2}
                        spec:
                          discover: defaultGateway
                          asn: external
                          importPolicy: [accept-all]
                          exportPolicy: [accept-all]
                        ---
                        apiVersion: espalier.dev/v1alpha1
                        kind: Advertisement
                        metadata: {name: pods}
                        spec:
                          prefixes:
                          - 10.42.3.0/26
                        """);
    }

    private static NodeFacts facts(Box node) {
        List<IpAddress> addresses = node.ports().getFirst().address().stream()
                .map(Box.InterfaceAddress::address)
                .toList();
        return new NodeFacts(
                node.name(),
                node.name(),
                Map.of(EspalierNode.LABEL, node.name()),
                Map.of(),
                List.of(new NodeFacts.Interface("eth0", false, addresses)),
                node.gateway().stream()
                        .map(gateway -> new NodeFacts.Gateway(gateway, "eth0"))
                        .toList());
    }

    private static Fabric fabric(String name) {
        return FabricPlan.of(TopologyFile.load(name));
    }

    private static List<Neighbour> neighbours(Box box) {
        return box.speaker().map(Speaker::neighbours).orElse(List.of());
    }

    private static List<String> links(Fabric fabric, String box) {
        return fabric.box(box).orElseThrow().ports().stream()
                .map(Box.Port::link)
                .toList();
    }
}

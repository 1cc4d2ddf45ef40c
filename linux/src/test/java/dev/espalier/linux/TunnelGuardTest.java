package dev.espalier.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.route.Fib;
import dev.espalier.route.NextHop.Hop;
import dev.espalier.route.RoutingInstance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Who gets into a tunnel: a node to which we send through it, and no stranger on the same wire. */
class TunnelGuardTest {

    private final List<TestNamespace> made = new ArrayList<>();

    @AfterEach
    void remove() {
        made.forEach(TestNamespace::close);
    }

    private TestNamespace namespace() {
        TestNamespace namespace = new TestNamespace();
        made.add(namespace);
        return namespace;
    }

    @Test
    void theTableNamesTheNodesAndOnlyOurPackets() {
        String script = TunnelGuard.script(
                Set.of(Tunnel.Kind.VXLAN, Tunnel.Kind.IPIP),
                Set.of(IpAddress.parse("192.0.2.2"), IpAddress.parse("192.0.2.1"), IpAddress.parse("2001:db8::1")));
        assertThat(script)
                .contains("elements = { 192.0.2.1, 192.0.2.2 }")
                .contains("elements = { 2001:db8::1 }")
                .contains("udp dport 4789 @th,96,24 4096 ip saddr != @nodes4 drop")
                .contains("ip protocol 4 ip saddr != @nodes4 drop");
        assertThat(TunnelGuard.script(Set.of(Tunnel.Kind.VXLAN), Set.of())).doesNotContain("ip protocol 4");
        assertThat(TunnelGuard.script(Set.of(), Set.of())).endsWith("delete table inet espalier_tunnels\n");
    }

    @Test
    @Tag("netns")
    void aStrangerDoesNotGetInAndANodeDoesAsSoonAsThereIsARouteToIt() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/usr/sbin/nft")), "nft is not installed");
        TestNamespace wire = namespace();
        wire.ip("link add lan type bridge");
        wire.ip("link set lan up");
        TestNamespace us = node(wire, 1);
        TestNamespace other = node(wire, 2);
        List<Optional<String>> troubles = new CopyOnWriteArrayList<>();
        try (TunnelLinks ours = new TunnelLinks(us.namespace());
                TunnelLinks theirs = new TunnelLinks(other.namespace());
                FibUnderTest fib = new FibUnderTest(us);
                FibUnderTest otherFib = new FibUnderTest(other);
                TunnelGuard guard = new TunnelGuard(us.namespace(), fib.fib::tunnelEnds, troubles::add)) {
            TunnelLinks.Device here = ours.make(tunnel(1));
            TunnelLinks.Device there = theirs.make(tunnel(2));
            otherFib.fib.tunnels(Map.of(there.link(), Tunnel.Kind.VXLAN), () -> {});
            route(otherFib, there, 1);
            us.ip("route add 10.244.2.0/26 via 192.168.9.2 dev eth0"); // answers need no tunnel to come back
            assertThat(pings(other)).as("without a guard").isTrue();

            fib.fib.tunnels(Map.of(here.link(), Tunnel.Kind.VXLAN), guard::nodesChanged);
            guard.tunnels(Set.of(Tunnel.Kind.VXLAN));
            TestNamespace.await("the table", () -> !troubles.isEmpty());
            assertThat(troubles).containsOnly(Optional.empty());
            assertThat(pings(other)).as("as a stranger").isFalse();

            us.ip("route del 10.244.2.0/26");
            route(fib, here, 2);
            TestNamespace.await("the node in the table", () -> table(us).contains("192.168.9.2"));
            assertThat(pings(other)).as("as a node").isTrue();

            fib.write(RoutingInstance.DEFAULT, batch -> {
                FibUnderTest.route(batch, Fib.Batch.Change.REMOVE_ROUTE, "10.244.2.0/26", 0);
                batch.dropGroup(AddressFamily.IPV4, 1);
            });
            TestNamespace.await("the node gone from the table", () -> !table(us).contains("192.168.9.2"));
            guard.tunnels(Set.of());
            TestNamespace.await(
                    "no table", () -> !us.exec("nft", "list", "tables").contains("espalier_tunnels"));
        }
    }

    private static String table(TestNamespace where) {
        return where.exec("nft", "list", "table", "inet", TunnelGuard.TABLE);
    }

    private static boolean pings(TestNamespace from) {
        return from.exits("ping", "-c", "1", "-W", "1", "-I", "10.244.2.1", "10.244.1.1");
    }

    private TestNamespace node(TestNamespace wire, int number) {
        TestNamespace node = namespace();
        node.ip("link add eth0 type veth peer name to" + number + " netns " + wire.name());
        wire.ip("link set to" + number + " master lan up");
        node.ip("address add 192.168.9." + number + "/24 dev eth0");
        node.ip("link set eth0 up");
        node.ip("address add 10.244." + number + ".1/32 dev lo");
        return node;
    }

    private static Tunnel tunnel(int number) {
        return new Tunnel(Tunnel.Kind.VXLAN, IpAddress.parse("192.168.9." + number), List.of());
    }

    private static void route(FibUnderTest fib, TunnelLinks.Device device, int node) {
        assertThat(fib.write(RoutingInstance.DEFAULT, batch -> {
                    batch.putGroup(
                            AddressFamily.IPV4,
                            1,
                            Fib.Members.of(
                                    List.of(new Hop(IpAddress.parse("192.168.9." + node), device.link(), 1, true))));
                    FibUnderTest.route(batch, Fib.Batch.Change.ADD_ROUTE, "10.244." + node + ".0/26", 1);
                }))
                .isEmpty();
    }
}

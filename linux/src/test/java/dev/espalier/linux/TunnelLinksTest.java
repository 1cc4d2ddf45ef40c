package dev.espalier.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.route.Fib;
import dev.espalier.route.NextHop.Hop;
import dev.espalier.route.RoutingInstance;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tunnels between two nodes in different subnets, with a router in between that knows nothing of the addresses inside. */
@Tag("netns")
class TunnelLinksTest {

    private static final String ONE = "10.1.0.1";
    private static final String TWO = "10.2.0.1";

    private final TestNamespace one = new TestNamespace();
    private final TestNamespace two = new TestNamespace();
    private final TestNamespace router = new TestNamespace();
    private final TunnelLinks here = new TunnelLinks(one.namespace());
    private final TunnelLinks there = new TunnelLinks(two.namespace());

    @BeforeEach
    void aRouterInBetween() {
        router.exec("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
        join(one, 1);
        join(two, 2);
    }

    /** With {@code 10.N.0.1} and {@code 2001:db8:N::1} on {@code eth0}, and on {@code lo} what a pod would have: 10.244.N.1 and fd00:N::1. */
    private void join(TestNamespace node, int number) {
        node.ip("link add eth0 type veth peer name to" + number + " netns " + router.name());
        router.ip("address add 10." + number + ".0.254/24 dev to" + number);
        router.ip("address add 2001:db8:" + number + "::254/64 dev to" + number + " nodad");
        router.ip("link set to" + number + " up");
        node.ip("address add 10." + number + ".0.1/24 dev eth0");
        node.ip("address add 2001:db8:" + number + "::1/64 dev eth0 nodad");
        node.ip("link set eth0 up");
        node.ip("route add default via 10." + number + ".0.254");
        node.ip("-6 route add default via 2001:db8:" + number + "::254");
        node.ip("address add 10.244." + number + ".1/32 dev lo");
        node.ip("address add fd00:" + number + "::1/128 dev lo nodad");
    }

    @AfterEach
    void remove() {
        here.close();
        there.close();
        one.close();
        two.close();
        router.close();
    }

    private static Tunnel vxlan(String local, String... addresses) {
        return new Tunnel(
                Tunnel.Kind.VXLAN,
                IpAddress.parse(local),
                List.of(addresses).stream().map(IpAddress::parse).toList());
    }

    private static Tunnel vxlan6(String local) {
        return new Tunnel(Tunnel.Kind.VXLAN6, IpAddress.parse(local), List.of());
    }

    private static Hop through(TunnelLinks.Device device, String node) {
        return new Hop(IpAddress.parse(node), device.link(), 1, true);
    }

    private static void write(FibUnderTest fib, Consumer<Fib.Batch> changes) {
        assertThat(fib.write(RoutingInstance.DEFAULT, changes)).isEmpty();
    }

    /** A route through a tunnel, as the daemon would write it. */
    private static void route(FibUnderTest fib, String prefix, int group, Hop hop) {
        AddressFamily family = prefix.contains(":") ? AddressFamily.IPV6 : AddressFamily.IPV4;
        write(fib, batch -> {
            batch.putGroup(family, group, Fib.Members.of(List.of(hop)));
            FibUnderTest.route(batch, Fib.Batch.Change.ADD_ROUTE, prefix, group);
        });
    }

    private static boolean pings(TestNamespace from, String source, String target) {
        return from.exits("ping", "-c", "1", "-W", "2", "-I", source, target);
    }

    private String neighbours(String device) {
        return one.ip("neigh show dev " + device + " nud permanent");
    }

    private String forwarding(String device) {
        return one.exec("bridge", "fdb", "show", "dev", device);
    }

    @Test
    void packetsCrossARouterThatKnowsNothingOfThemAndArriveWhole() throws IOException {
        TunnelLinks.Device left = here.make(vxlan(ONE, "10.244.1.0"));
        TunnelLinks.Device right = there.make(vxlan(TWO, "10.244.2.0"));
        try (FibUnderTest mine = new FibUnderTest(one);
                FibUnderTest theirs = new FibUnderTest(two)) {
            mine.fib.tunnels(Map.of(left.link(), Tunnel.Kind.VXLAN), () -> {});
            theirs.fib.tunnels(Map.of(right.link(), Tunnel.Kind.VXLAN), () -> {});
            route(mine, "10.244.2.0/26", 1, through(left, TWO));
            route(theirs, "10.244.1.0/26", 1, through(right, ONE));
            assertThat(pings(one, "10.244.1.1", "10.244.2.1")).isTrue();
            assertThat(one.ip("route show 10.244.2.0/26")).contains("via 10.2.0.1 dev vxlan.esp");
            // the host's own packets have the device's address as their source, to which answers find back
            assertThat(one.ip("route get 10.244.2.1")).contains("src 10.244.1.0");
            assertThat(one.exits("ping", "-c", "1", "-W", "2", "10.244.2.1")).isTrue();
            // as large as the device says, and not to be fragmented: 1450 less 28 of IP and ICMP
            assertThat(left.mtu()).isEqualTo(1450);
            assertThat(one.exits("ping", "-c", "1", "-W", "2", "-M", "do", "-s", "1422", "10.244.2.1"))
                    .isTrue();
        }
    }

    @Test
    void ipv6TravelsOverIpv6AndSoDoesIpv4() throws IOException {
        TunnelLinks.Device left = here.make(vxlan6("2001:db8:1::1"));
        TunnelLinks.Device right = there.make(vxlan6("2001:db8:2::1"));
        assertThat(left.mtu()).isEqualTo(1430);
        try (FibUnderTest mine = new FibUnderTest(one);
                FibUnderTest theirs = new FibUnderTest(two)) {
            mine.fib.tunnels(Map.of(left.link(), Tunnel.Kind.VXLAN), () -> {});
            theirs.fib.tunnels(Map.of(right.link(), Tunnel.Kind.VXLAN), () -> {});
            route(mine, "fd00:2::/122", 1, through(left, "2001:db8:2::1"));
            route(theirs, "fd00:1::/122", 1, through(right, "2001:db8:1::1"));
            route(mine, "10.244.2.0/26", 2, through(left, "2001:db8:2::1"));
            route(theirs, "10.244.1.0/26", 2, through(right, "2001:db8:1::1"));
            // links look for duplicates of their link-local addresses first, for a second or two
            TestNamespace.await("IPv6 crosses", () -> pings(one, "fd00:1::1", "fd00:2::1"));
            assertThat(pings(one, "10.244.1.1", "10.244.2.1")).isTrue();
        }
    }

    @Test
    void bothFamiliesHaveADeviceBesideEachOther() throws IOException {
        here.make(vxlan(ONE));
        here.make(vxlan6("2001:db8:1::1"));
        assertThat(one.ip("-d link show vxlan.esp"))
                .contains("id 4096", "local 10.1.0.1", "dstport 4789", "nolearning");
        assertThat(one.ip("-d link show vxlan6.esp")).contains("id 4096", "local 2001:db8:1::1", "nolearning");
    }

    @Test
    void theOtherEndIsKnownFromTheRouteAndForgottenWithIt() throws IOException {
        TunnelLinks.Device left = here.make(vxlan(ONE));
        try (FibUnderTest mine = new FibUnderTest(one)) {
            route(mine, "10.244.2.0/26", 1, through(left, TWO));
            mine.fib.tunnels(
                    Map.of(left.link(), Tunnel.Kind.VXLAN), () -> {}); // said late: what is there counts all the same
            assertThat(neighbours("vxlan.esp")).contains("10.2.0.1 lladdr 02:45:0a:02:00:01");
            assertThat(forwarding("vxlan.esp")).contains("02:45:0a:02:00:01 dst 10.2.0.1 self permanent");
            route(mine, "10.244.3.0/26", 2, through(left, "10.3.0.1"));
            assertThat(neighbours("vxlan.esp")).contains("10.3.0.1 lladdr 02:45:0a:03:00:01");
            write(mine, batch -> {
                FibUnderTest.route(batch, Fib.Batch.Change.REMOVE_ROUTE, "10.244.2.0/26", 0);
                batch.dropGroup(AddressFamily.IPV4, 1);
            });
            assertThat(neighbours("vxlan.esp")).doesNotContain("10.2.0.1").contains("10.3.0.1");
            assertThat(forwarding("vxlan.esp")).doesNotContain("10.2.0.1").contains("10.3.0.1");
        }
    }

    @Test
    void afterARestartTheDeviceIsKeptAndOnlyEndsThatNobodyNeedsGo() throws IOException {
        TunnelLinks.Device left = here.make(vxlan(ONE, "10.244.1.0"));
        try (FibUnderTest mine = new FibUnderTest(one)) {
            mine.fib.tunnels(Map.of(left.link(), Tunnel.Kind.VXLAN), () -> {});
            route(mine, "10.244.2.0/26", 1, through(left, TWO));
        }
        // a run that was killed between the end and its next hop; and what somebody else put there
        one.ip("neigh add 10.9.0.1 lladdr 02:45:0a:09:00:01 dev vxlan.esp nud permanent");
        one.exec(
                "bridge",
                "fdb",
                "add",
                "02:45:0a:09:00:01",
                "dev",
                "vxlan.esp",
                "dst",
                "10.9.0.1",
                "self",
                "permanent");
        one.ip("neigh add 10.8.0.1 lladdr 02:aa:aa:aa:aa:aa dev vxlan.esp nud permanent");
        one.exec(
                "bridge",
                "fdb",
                "add",
                "02:aa:aa:aa:aa:aa",
                "dev",
                "vxlan.esp",
                "dst",
                "10.8.0.1",
                "self",
                "permanent");
        try (TunnelLinks again = new TunnelLinks(one.namespace());
                FibUnderTest mine = new FibUnderTest(one)) {
            TunnelLinks.Device adopted = again.make(vxlan(ONE, "10.244.1.0"));
            assertThat(adopted).isEqualTo(new TunnelLinks.Device(left.link(), 1450, false));
            mine.fib.tunnels(Map.of(adopted.link(), Tunnel.Kind.VXLAN), () -> {});
            assertThat(neighbours("vxlan.esp")).contains("10.2.0.1", "10.8.0.1").doesNotContain("10.9.0.1");
            assertThat(forwarding("vxlan.esp")).contains("10.2.0.1", "10.8.0.1").doesNotContain("10.9.0.1");
            assertThat(one.ip("route show 10.244.2.0/26")).contains("dev vxlan.esp");
        }
    }

    @Test
    void endsThatSomebodyRemovedAreBackAfterARestart() throws IOException {
        TunnelLinks.Device left = here.make(vxlan(ONE));
        try (FibUnderTest mine = new FibUnderTest(one)) {
            mine.fib.tunnels(Map.of(left.link(), Tunnel.Kind.VXLAN), () -> {});
            route(mine, "10.244.2.0/26", 1, through(left, TWO));
        }
        one.ip("neigh del 10.2.0.1 dev vxlan.esp");
        try (FibUnderTest mine = new FibUnderTest(one)) {
            mine.fib.tunnels(Map.of(left.link(), Tunnel.Kind.VXLAN), () -> {});
            assertThat(neighbours("vxlan.esp")).contains("10.2.0.1 lladdr 02:45:0a:02:00:01");
        }
    }

    @Test
    void aDeviceThatDoesNotFitIsMadeAnew() throws IOException {
        TunnelLinks.Device before = here.make(vxlan(ONE));
        one.ip("address add 10.1.0.9/24 dev eth0");
        TunnelLinks.Device after = here.make(vxlan("10.1.0.9"));
        assertThat(after.made()).isTrue();
        assertThat(after.link()).isNotEqualTo(before.link());
        assertThat(one.ip("-d link show vxlan.esp")).contains("local 10.1.0.9", "02:45:0a:01:00:09");
    }

    @Test
    void whatCanBeMendedIsMendedInPlace() throws IOException {
        TunnelLinks.Device before = here.make(vxlan(ONE, "10.244.1.0"));
        one.ip("link set eth0 mtu 9000");
        one.ip("link set vxlan.esp down");
        one.ip("address add 10.99.0.1/24 dev vxlan.esp");
        TunnelLinks.Device after = here.make(vxlan(ONE, "10.244.1.5"));
        assertThat(after).isEqualTo(new TunnelLinks.Device(before.link(), 8950, false));
        assertThat(one.ip("address show vxlan.esp"))
                .contains("mtu 8950", "UP", "10.244.1.5/32")
                .doesNotContain("10.244.1.0/32")
                .doesNotContain("10.99.0.1");
    }

    @Test
    void aDeviceOfSomebodyElseIsRefusedAndStays() throws IOException {
        one.ip("link add vxlan.esp type vxlan id 7 dstport 8472 local 10.1.0.1");
        assertThatThrownBy(() -> here.make(vxlan(ONE)))
                .isInstanceOf(TunnelLinks.TunnelException.class)
                .hasMessageContaining("not one that Espalier made");
        assertThat(here.remove(Tunnel.Kind.VXLAN)).isFalse();
        assertThat(one.ip("-d link show vxlan.esp")).contains("id 7");
    }

    @Test
    void aSecondDeviceWithTheSameNumbersIsNamedAsTheReason() {
        one.ip("link add vxlan.other type vxlan id 4096 dstport 4789 local 10.1.0.1 dev eth0");
        assertThatThrownBy(() -> here.make(vxlan(ONE))).hasMessageContaining("another VXLAN device has VNI 4096");
    }

    @Test
    void anAddressThatIsNotHereIsNoEnd() {
        assertThatThrownBy(() -> here.make(vxlan("10.77.0.1"))).hasMessageContaining("no address 10.77.0.1");
    }

    @Test
    void aDeviceThatIsNotWantedAnyMoreGoesWithAllThatIsOurs() throws IOException {
        here.make(vxlan(ONE));
        assertThat(here.remove(Tunnel.Kind.VXLAN)).isTrue();
        assertThat(here.remove(Tunnel.Kind.VXLAN)).isFalse();
        assertThat(one.ip("link show")).doesNotContain("vxlan.esp");
    }

    @Test
    void aNodeAddressOnTheLoopbackDeviceServesToo() throws IOException {
        one.ip("address add 192.0.2.1/32 dev lo");
        assertThat(here.make(vxlan("192.0.2.1")).mtu()).isEqualTo(1450);
        assertThat(here.make(vxlan("192.0.2.1")).made()).isFalse();
    }

    @Test
    void hardwareAddressesFollowFromTheNodesAddress() {
        assertThat(Tunnel.macOf(IpAddress.parse("192.0.2.200"))).isEqualTo("02:45:c0:00:02:c8");
        assertThat(Tunnel.macOf(IpAddress.parse("2001:db8::1")))
                .startsWith("06:")
                .hasSize(17)
                .isNotEqualTo(Tunnel.macOf(IpAddress.parse("2001:db8::2")));
        assertThatThrownBy(() -> new Tunnel(Tunnel.Kind.IPIP, IpAddress.parse("2001:db8::1"), List.of()))
                .hasMessageContaining("IPIP");
    }
}

package dev.espalier.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.route.Links.Event;
import dev.espalier.route.Links.ForeignRoute;
import dev.espalier.route.Links.HostAddress;
import dev.espalier.route.Links.Link;
import dev.espalier.route.NextHop.Hop;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The watch over links, addresses and foreign routes against the real kernel. */
@Tag("netns")
class NetlinkLinksTest {

    private final TestLoop loop = new TestLoop();
    private final List<Event> events = new CopyOnWriteArrayList<>();
    private TestNamespace namespace;
    private AutoCloseable watch;
    private int left;
    private int right;

    @BeforeEach
    void twoLinks() {
        namespace = new TestNamespace();
        namespace.veth("left", "left-peer");
        namespace.veth("right", "right-peer");
        namespace.ip("address add 10.1.0.1/24 dev left");
        namespace.ip("address add 10.2.0.1/24 dev right");
        namespace.ip("address add 2001:db8:1::1/64 dev left nodad");
        left = namespace.linkIndex("left");
        right = namespace.linkIndex("right");
    }

    @AfterEach
    void removeAll() throws Exception {
        if (watch != null) {
            watch.close();
        }
        loop.close();
        namespace.close();
    }

    private void watch() {
        watch(new NetlinkLinks(NetlinkFib.DEFAULT_PROTOCOL, namespace.namespace()));
    }

    private void watch(NetlinkLinks links) {
        watch = links.watch(loop, events::add);
        TestNamespace.await("a snapshot", () -> !events.isEmpty());
    }

    private void expect(Event event) {
        TestNamespace.await(event + " among " + events, () -> events.contains(event));
    }

    private static ForeignRoute route(int table, String prefix, int protocol, long metric, Hop... hops) {
        return new ForeignRoute(table, IpPrefix.parse(prefix), List.of(hops), protocol, metric);
    }

    private static Hop via(String gateway, int link) {
        return FibUnderTest.via(gateway, link);
    }

    private static Hop on(int link) {
        return new Hop(null, link, 1, false);
    }

    /** What is known after a snapshot and all events behind it, as an observer would hold it. */
    private static Set<String> known(List<Event> events) {
        Map<Integer, Link> links = new HashMap<>();
        Set<HostAddress> addresses = new java.util.HashSet<>();
        Map<List<Object>, ForeignRoute> routes = new HashMap<>();
        for (Event event : events) {
            switch (event) {
                case Event.Snapshot all -> {
                    links.clear();
                    addresses.clear();
                    routes.clear();
                    all.links().forEach(link -> links.put(link.index(), link));
                    addresses.addAll(all.addresses());
                    all.routes().forEach(route -> routes.put(key(route), route));
                }
                case Event.LinkChanged(Link link) -> links.put(link.index(), link);
                case Event.LinkRemoved(int index) -> links.remove(index);
                case Event.AddressAdded(HostAddress address) -> addresses.add(address);
                case Event.AddressRemoved(HostAddress address) -> addresses.remove(address);
                case Event.RouteChanged(ForeignRoute route) -> routes.put(key(route), route);
                case Event.RouteRemoved(ForeignRoute route) -> routes.remove(key(route));
            }
        }
        Set<String> all = new TreeSet<>();
        links.values().forEach(link -> all.add(link.toString()));
        addresses.forEach(address -> all.add(address.toString()));
        routes.values().forEach(route -> all.add(route.toString()));
        return all;
    }

    private static List<Object> key(ForeignRoute route) {
        return List.of(route.kernelTable(), route.prefix(), route.protocol(), route.metric());
    }

    /** Whatever was heard must be what somebody who starts now is told, as soon as all has arrived. */
    private void expectSameAsAFreshWatch() throws Exception {
        long end = System.nanoTime() + 5_000_000_000L;
        Set<String> heard;
        Set<String> told;
        do {
            List<Event> fresh = new CopyOnWriteArrayList<>();
            AutoCloseable second =
                    new NetlinkLinks(NetlinkFib.DEFAULT_PROTOCOL, namespace.namespace()).watch(loop, fresh::add);
            TestNamespace.await("a snapshot", () -> !fresh.isEmpty());
            second.close();
            heard = known(events);
            told = known(fresh);
        } while (!heard.equals(told) && System.nanoTime() < end);
        Set<String> missed = new TreeSet<>(told);
        missed.removeAll(heard);
        heard.removeAll(told);
        assertThat(missed).as("missed").isEmpty();
        assertThat(heard).as("heard, but not so").isEmpty();
    }

    @Test
    void theSnapshotHasLinksAddressesAndForeignRoutesAndNothingElse() {
        namespace.ip("route add 10.9.0.0/16 via 10.1.0.2 metric 7 proto static");
        namespace.ip("route add 10.8.0.0/16 proto bird table 77 nexthop via 10.1.0.2 weight 3 nexthop via 10.2.0.2");
        namespace.ip("route add 10.7.0.0/16 via inet6 fe80::7 dev left proto 80");
        namespace.ip("route add 10.6.0.0/16 via 10.1.0.2 proto 179");
        namespace.ip("route add unreachable 10.5.0.0/16");
        namespace.ip("route add 10.4.0.0/16 via 192.0.2.1 dev left onlink");
        namespace.ip(
                "-6 route add 2001:db8:9::/48 nexthop via fe80::8 dev left nexthop via fe80::9 dev right weight 2");
        namespace.ip("nexthop add id 5 via 10.2.0.2 dev right");
        namespace.ip("nexthop add id 6 group 5,2");
        namespace.ip("route add 10.3.0.0/16 nhid 6");
        namespace.ip("address add 10.3.3.1 peer 10.3.3.2 dev right");
        watch();

        Event.Snapshot all = (Event.Snapshot) events.getFirst();
        assertThat(all.links())
                .extracting(Link::name)
                .containsExactlyInAnyOrder("lo", "left", "left-peer", "right", "right-peer");
        Link link =
                all.links().stream().filter(l -> l.index() == left).findFirst().orElseThrow();
        String shown = namespace.ip("link show left");
        assertThat(shown).contains("link/ether " + link.macAddress());
        assertThat(link.up()).isTrue();
        assertThat(link.mtu()).isEqualTo(1500);
        assertThat(all.links())
                .filteredOn(Link::loopback)
                .singleElement()
                .extracting(Link::up, Link::macAddress)
                .containsExactly(true, "");
        assertThat(all.addresses())
                .contains(
                        new HostAddress(left, IpAddress.parse("10.1.0.1"), 24, null),
                        new HostAddress(left, IpAddress.parse("2001:db8:1::1"), 64, null),
                        new HostAddress(right, IpAddress.parse("10.3.3.1"), 32, IpAddress.parse("10.3.3.2")));
        Hop onLink = new Hop(IpAddress.parse("192.0.2.1"), left, 1, true);
        assertThat(all.routes())
                .contains(
                        route(254, "10.1.0.0/24", 2, 0, on(left)),
                        route(254, "10.9.0.0/16", 4, 7, via("10.1.0.2", left)),
                        route(77, "10.8.0.0/16", 12, 0, FibUnderTest.via("10.1.0.2", left, 3), via("10.2.0.2", right)),
                        route(254, "10.7.0.0/16", 80, 0, via("fe80::7", left)),
                        route(254, "10.5.0.0/16", 3, 0, Hop.DISCARD),
                        route(254, "10.4.0.0/16", 3, 0, onLink),
                        route(
                                254,
                                "2001:db8:9::/48",
                                3,
                                1024,
                                via("fe80::8", left),
                                FibUnderTest.via("fe80::9", right, 2)),
                        route(254, "2001:db8:1::/64", 2, 256, on(left)))
                .noneMatch(route -> route.protocol() == 179)
                .noneMatch(route -> route.kernelTable() == 255)
                .noneMatch(route -> route.prefix().address().isMulticast());
        assertThat(all.routes())
                .filteredOn(r -> r.prefix().equals(IpPrefix.parse("10.3.0.0/16")))
                .singleElement()
                .satisfies(r ->
                        assertThat(r.hops()).extracting(Hop::gateway).containsExactly(IpAddress.parse("10.2.0.2")));
    }

    @Test
    void routesByNexthopObjectAreResolvedAlsoWhenTheKernelTellsTheObjectOnly() throws Exception {
        namespace.exec("sysctl", "-qw", "net.ipv4.nexthop_compat_mode=0");
        namespace.ip("nexthop add id 5 via 10.1.0.2 dev left");
        namespace.ip("nexthop add id 6 via 10.2.0.2 dev right");
        namespace.ip("nexthop add id 7 group 5/6,4");
        namespace.ip("route add 10.9.0.0/16 nhid 7");
        watch();
        assertThat(((Event.Snapshot) events.getFirst()).routes())
                .contains(
                        route(254, "10.9.0.0/16", 3, 0, via("10.1.0.2", left), FibUnderTest.via("10.2.0.2", right, 4)));
        namespace.ip("route add 10.8.0.0/16 nhid 5");
        expect(new Event.RouteChanged(route(254, "10.8.0.0/16", 3, 0, via("10.1.0.2", left))));
        namespace.ip("nexthop replace id 7 group 5");
        expectSameAsAFreshWatch();
        assertThat(known(events))
                .contains(route(254, "10.9.0.0/16", 3, 0, via("10.1.0.2", left)).toString());
    }

    @Test
    void linksThatChangeComeAndGoAreTold() throws Exception {
        watch();
        namespace.ip("link set left-peer down");
        TestNamespace.await("the carrier is lost", () -> events.stream()
                .anyMatch(e -> e instanceof Event.LinkChanged(Link link) && link.index() == left && !link.up()));
        namespace.ip("link set left-peer up");
        namespace.ip("link add new0 type veth peer name new1");
        namespace.ip("link set new0 mtu 1400 up");
        int index = namespace.linkIndex("new0");
        TestNamespace.await("the new link is told", () -> events.stream()
                .anyMatch(
                        e -> e instanceof Event.LinkChanged(Link link) && link.index() == index && link.mtu() == 1400));
        namespace.ip("link del new0");
        expect(new Event.LinkRemoved(index));
        expectSameAsAFreshWatch();
    }

    @Test
    void addressesThatComeAndGoAreTold() throws Exception {
        watch();
        namespace.ip("address add 10.1.1.1/25 dev left");
        namespace.ip("address add 2001:db8:77::1/64 dev right");
        expect(new Event.AddressAdded(new HostAddress(left, IpAddress.parse("10.1.1.1"), 25, null)));
        // once duplicate address detection has let it through, a second or two later
        expect(new Event.AddressAdded(new HostAddress(right, IpAddress.parse("2001:db8:77::1"), 64, null)));
        namespace.ip("address del 10.1.1.1/25 dev left");
        expect(new Event.AddressRemoved(new HostAddress(left, IpAddress.parse("10.1.1.1"), 25, null)));
        expectSameAsAFreshWatch();
    }

    @Test
    void foreignRoutesThatAreAddedReplacedAndRemovedAreTold() throws Exception {
        watch();
        namespace.ip("route add 10.9.0.0/16 via 10.1.0.2 proto static metric 9");
        expect(new Event.RouteChanged(route(254, "10.9.0.0/16", 4, 9, via("10.1.0.2", left))));
        namespace.ip("route replace 10.9.0.0/16 proto static metric 9 nexthop via 10.1.0.2 nexthop via 10.2.0.2");
        expect(new Event.RouteChanged(route(254, "10.9.0.0/16", 4, 9, via("10.1.0.2", left), via("10.2.0.2", right))));
        namespace.ip("route replace 10.9.0.0/16 via inet6 fe80::3 dev right proto bird metric 9");
        expect(new Event.RouteRemoved(route(254, "10.9.0.0/16", 4, 9, via("10.1.0.2", left), via("10.2.0.2", right))));
        expect(new Event.RouteChanged(route(254, "10.9.0.0/16", 12, 9, via("fe80::3", right))));
        namespace.ip("route del 10.9.0.0/16 metric 9");
        expect(new Event.RouteRemoved(route(254, "10.9.0.0/16", 12, 9, via("fe80::3", right))));
        namespace.ip("route add 10.6.0.0/16 via 10.1.0.2 proto 179");
        namespace.ip("route add 10.5.0.0/16 via 10.1.0.2 proto static");
        expect(new Event.RouteChanged(route(254, "10.5.0.0/16", 4, 0, via("10.1.0.2", left))));
        assertThat(known(events)).noneMatch(text -> text.contains("10.6.0.0"));
        expectSameAsAFreshWatch();
    }

    @Test
    void anIpv6RouteThatLosesOneHopKeepsTheOther() throws Exception {
        watch();
        namespace.ip(
                "-6 route add 2001:db8:9::/48 nexthop via fe80::8 dev left weight 3 nexthop via fe80::9 dev right");
        namespace.ip("-6 route del 2001:db8:9::/48 via fe80::8 dev left");
        expect(new Event.RouteChanged(route(254, "2001:db8:9::/48", 3, 1024, via("fe80::9", right))));
        namespace.ip("-6 route del 2001:db8:9::/48");
        expect(new Event.RouteRemoved(route(254, "2001:db8:9::/48", 3, 1024, via("fe80::9", right))));
        expectSameAsAFreshWatch();
    }

    @Test
    void routesThatVanishSilentlyWithTheirLinkOrAddressAreToldAsRemoved() throws Exception {
        namespace.ip("route add 10.9.0.0/16 via 10.1.0.2 proto static");
        namespace.ip("route add 10.8.0.0/16 proto static nexthop via 10.1.0.2 nexthop via 10.2.0.2");
        namespace.ip("route add 10.7.0.0/16 via 10.2.0.2 proto static");
        namespace.ip("-6 route add 2001:db8:9::/48 nexthop via fe80::8 dev left nexthop via fe80::9 dev right");
        watch();
        namespace.ip("link set left down");
        expect(new Event.RouteRemoved(route(254, "10.9.0.0/16", 4, 0, via("10.1.0.2", left))));
        expect(new Event.RouteChanged(route(254, "10.8.0.0/16", 4, 0, via("10.2.0.2", right))));
        expectSameAsAFreshWatch();
        namespace.ip("link set left up");
        expectSameAsAFreshWatch();
        namespace.ip("address del 10.2.0.1/24 dev right"); // the last one of the family: IPv4 is switched off there
        expect(new Event.RouteRemoved(route(254, "10.7.0.0/16", 4, 0, via("10.2.0.2", right))));
        expectSameAsAFreshWatch();
        namespace.ip("link del left");
        expect(new Event.LinkRemoved(left));
        expectSameAsAFreshWatch();
    }

    @Test
    void anIpv6HopThatComesBackOnlyWithTheCarrierIsTold() throws Exception {
        namespace.ip("-6 route add 2001:db8:9::/48 nexthop via fe80::8 dev left nexthop via fe80::9 dev right");
        watch();
        namespace.ip("link set left-peer down");
        namespace.ip("link set left down");
        expect(new Event.RouteChanged(route(254, "2001:db8:9::/48", 3, 1024, via("fe80::9", right))));
        namespace.ip("link set left up"); // without a carrier: IPv6 leaves the hop dead
        expectSameAsAFreshWatch();
        events.removeIf(event -> event instanceof Event.RouteChanged);
        namespace.ip("link set left-peer up");
        expect(new Event.RouteChanged(
                route(254, "2001:db8:9::/48", 3, 1024, via("fe80::8", left), via("fe80::9", right))));
    }

    @Test
    void droppedNotificationsBringANewSnapshot() throws Exception {
        watch(new NetlinkLinks(NetlinkFib.DEFAULT_PROTOCOL, namespace.namespace(), 4096));
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 20_000; i++) {
            lines.append("route add 20.")
                    .append(i >> 8)
                    .append('.')
                    .append(i & 255)
                    .append(".0/24 via 10.1.0.2\n");
        }
        namespace.ipBatch(lines.toString());
        TestNamespace.await(
                "a second snapshot",
                () -> events.stream().filter(e -> e instanceof Event.Snapshot).count() > 1);
        expectSameAsAFreshWatch();
        assertThat(known(events)).hasSizeGreaterThan(20_000);
    }

    @Test
    void changesWhileTheWatchStartsAreNotMissed() throws Exception {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 3000; i++) {
            lines.append("route add 20.")
                    .append(i >> 8)
                    .append('.')
                    .append(i & 255)
                    .append(".0/24 via 10.1.0.2\n");
        }
        Thread changes = Thread.ofPlatform().start(() -> namespace.ipBatch(lines.toString()));
        watch();
        changes.join();
        expectSameAsAFreshWatch();
    }
}

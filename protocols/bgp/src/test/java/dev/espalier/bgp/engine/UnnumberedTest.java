package dev.espalier.bgp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.Ipv6Address;
import dev.espalier.route.NextHop;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Speakers that know of each other only the link, or have only link-local addresses, in a simulated network. */
class UnnumberedTest {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String OUR_ROUTE = "192.0.2.0/24";
    private static final String OUR_ROUTE_6 = "2001:db8:1::/48";

    private final LinkLocalNetwork net = new LinkLocalNetwork(8950);
    private LinkLocalNetwork.Box a;
    private LinkLocalNetwork.Box b;

    private static NextHop.Hop via(int box, int link) {
        return new NextHop.Hop(IpAddress.parse("fe80::" + box), link, 1, false);
    }

    private static PeerConfig.Builder at(int box, String link) {
        return LinkLocalNetwork.peer(
                "box" + box + link, new PeerConfig.Remote.Address(IpAddress.parse("fe80::" + box), link));
    }

    private static PeerConfig.Builder without8950(PeerConfig.Builder peer) {
        PeerConfig.Session session = peer.build().session();
        return peer.session(session.toBuilder().extendedNextHop(false).build());
    }

    private void pair() {
        a = net.box(1, 65001, "e1").with(LinkLocalNetwork.on("e1")).announcing(OUR_ROUTE, OUR_ROUTE_6);
        b = net.box(2, 65002, "e1").with(LinkLocalNetwork.on("e1"));
    }

    private void startBoth() {
        a.start();
        b.start();
        assertThat(net.until(SOON, () -> a.established() > 0 && b.established() > 0))
                .isTrue();
        net.time.run(Duration.ofSeconds(2));
    }

    @Test
    void twoRoutersThatKnowOnlyTheLinkExchangeBothFamilies() {
        pair();
        startBoth();
        assertThat(b.forwards(OUR_ROUTE)).containsExactly(via(1, 1));
        assertThat(b.forwards(OUR_ROUTE_6)).containsExactly(via(1, 1));
        assertThat(b.peer("e1").address()).isEqualTo(IpAddress.parse("fe80::1"));
    }

    @Test
    void theSessionIsUpWithinSecondsOfTheOtherEndsStart() {
        pair();
        a.start();
        net.time.run(Duration.ofMinutes(10));
        b.start();
        assertThat(net.until(Duration.ofSeconds(3), () -> b.established() == 1)).isTrue();
    }

    @Test
    void aPeerThatWaitsSaysForWhat() {
        pair();
        a.start();
        assertThat(a.peer("e1").address()).isNull();
        assertThat(a.peer("e1").session().lastError()).startsWith("no router advertisement heard on e1 yet:");
        a.up("e1", false);
        assertThat(a.peer("e1").session().lastError()).isEqualTo("link e1 is down");
    }

    @Test
    void severalLinksToOneRouterShareTheTrafficAlthoughTheAddressIsTheSame() {
        a = net.box(1, 65001, "e1", "e2")
                .with(LinkLocalNetwork.on("e1"), LinkLocalNetwork.on("e2"))
                .announcing(OUR_ROUTE);
        b = net.box(2, 65002, "e1", "e2").with(LinkLocalNetwork.on("e1"), LinkLocalNetwork.on("e2"));
        startBoth();
        assertThat(net.until(SOON, () -> b.established() == 2)).isTrue();
        net.time.run(Duration.ofSeconds(1));
        assertThat(b.forwards(OUR_ROUTE)).containsExactlyInAnyOrder(via(1, 1), via(1, 2));
    }

    @Test
    void neighborsOfARangeWithOneAddressOnTwoLinksStayApart() {
        a = net.box(1, 65001, "e1", "e2")
                .with(LinkLocalNetwork.peer("any", new PeerConfig.Remote.Range(IpPrefix.parse("fe80::/10"), 10)));
        b = net.box(2, 65002, "e1", "e2").with(at(1, "e1"), at(1, "e2")).announcing(OUR_ROUTE);
        startBoth();
        assertThat(net.until(SOON, () -> a.established() == 2)).isTrue();
        net.time.run(Duration.ofSeconds(1));
        assertThat(a.forwards(OUR_ROUTE)).containsExactlyInAnyOrder(via(2, 1), via(2, 2));
        b.peers.remove("box1e1");
        b.reconfigure();
        net.time.run(Duration.ofSeconds(1));
        assertThat(a.forwards(OUR_ROUTE)).containsExactly(via(2, 2));
    }

    @Test
    void aLinkThatGoesDownEndsTheSessionAtOnceAndTheSessionComesBackWithIt() {
        pair();
        startBoth();
        b.up("e1", false);
        assertThat(b.established()).isZero();
        net.time.settle();
        assertThat(b.forwards(OUR_ROUTE)).isEmpty();
        b.up("e1", true);
        assertThat(net.until(
                        Duration.ofSeconds(15), () -> !b.forwards(OUR_ROUTE).isEmpty()))
                .isTrue();
    }

    @Test
    void aNeighborThatComesBackWithAnotherAddressTakesThePlaceOfTheFormer() {
        pair();
        startBoth();
        a.discovery.address(Ipv6Address.parse("fe80::ff1"));
        net.network.reset(a.transport, b.transport);
        assertThat(net.until(Duration.ofSeconds(60), () -> {
                    IpAddress now = b.peer("e1").address();
                    return now != null && now.equals(IpAddress.parse("fe80::ff1"));
                }))
                .isTrue();
        assertThat(b.eventsOf("bgp.discovery.found")).last().asString().contains("fe80::ff1");
    }

    @Test
    void aSecondRouterOnTheLinkIsReportedAndLeftAlone() {
        pair();
        startBoth();
        net.box(3, 65003, "e1").with(LinkLocalNetwork.on("e1")).start();
        net.time.run(Duration.ofMinutes(2));
        assertThat(b.eventsOf("bgp.discovery.stranger"))
                .singleElement()
                .asString()
                .contains("fe80::3 on e1 is a router too", "address: fe80::3%e1");
        assertThat(b.forwards(OUR_ROUTE)).containsExactly(via(1, 1));
    }

    @Test
    void anInterfaceIsReconfiguredWithoutTouchingTheSessionOfAnother() {
        pair();
        startBoth();
        b.with(LinkLocalNetwork.on("e7"));
        b.reconfigure();
        net.time.run(SOON);
        assertThat(b.peer("e1").session().establishedCount()).isEqualTo(1);
        assertThat(b.peer("e7").session().lastError()).contains("there is no link e7");
        b.peers.remove("e1");
        b.reconfigure();
        net.time.run(Duration.ofSeconds(1));
        assertThat(b.forwards(OUR_ROUTE)).isEmpty();
    }

    // ---- next hops

    @Test
    void aLinkLocalNextHopIsToldOnlyOnItsOwnLink() {
        a = net.box(1, 65001, "e1").with(LinkLocalNetwork.on("e1")).announcing(OUR_ROUTE, OUR_ROUTE_6);
        b = net.box(2, 65002, "e1", "e2").with(LinkLocalNetwork.on("e1"), LinkLocalNetwork.on("e2"));
        LinkLocalNetwork.Box c = net.box(3, 65002, "e2").with(LinkLocalNetwork.on("e2"));
        c.start();
        startBoth();
        net.time.run(SOON);
        assertThat(c.forwards(OUR_ROUTE)).containsExactly(via(2, 2));
        assertThat(c.forwards(OUR_ROUTE_6)).containsExactly(via(2, 2));
    }

    @Test
    void onItsOwnLinkALinkLocalNextHopIsKeptTowardsAnInternalPeer() {
        a = net.box(1, 65001, "e1").with(at(2, "e1")).announcing(OUR_ROUTE, OUR_ROUTE_6);
        b = net.box(2, 65002, "e1").with(at(1, "e1"), at(3, "e1"));
        LinkLocalNetwork.Box c = net.box(3, 65002, "e1").with(at(2, "e1"));
        c.start();
        startBoth();
        net.time.run(SOON);
        assertThat(c.forwards(OUR_ROUTE)).containsExactly(via(1, 1));
        assertThat(c.forwards(OUR_ROUTE_6)).containsExactly(via(1, 1));
    }

    @Test
    void anIpv4RouteGoesOutWithTheIpv6NextHopThatWasAgreedOnAlsoWhereTheLinkHasAnIpv4Address() {
        pair();
        a.addressed("e1", "10.0.0.1", 31);
        startBoth();
        assertThat(b.route(OUR_ROUTE).paths().getFirst().received().nextHop()).isEqualTo(IpAddress.parse("fe80::1"));
    }

    @Test
    void withoutTheAgreementAnIpv4RouteGoesOutWithTheLinksIpv4Address() {
        pair();
        a.addressed("e1", "10.0.0.1", 31).with(without8950(LinkLocalNetwork.on("e1")));
        startBoth();
        assertThat(b.route(OUR_ROUTE).paths().getFirst().received().nextHop()).isEqualTo(IpAddress.parse("10.0.0.1"));
        assertThat(b.forwards(OUR_ROUTE_6)).containsExactly(via(1, 1));
    }

    @Test
    void withoutTheAgreementAndWithoutAnIpv4AddressAnIpv4RouteIsNotToldAndItIsSaidWhy() {
        pair();
        b.with(without8950(LinkLocalNetwork.on("e1")));
        startBoth();
        assertThat(b.forwards(OUR_ROUTE)).isEmpty();
        assertThat(a.route(OUR_ROUTE).told().getFirst().because()).contains("no address of this family on the link");
    }

    @Test
    void anAddressThatComesLaterChangesWhatIsToldWithoutASessionReset() {
        pair();
        b.with(without8950(LinkLocalNetwork.on("e1")));
        startBoth();
        a.add("e1", "10.0.0.1", 31);
        net.time.run(Duration.ofSeconds(1));
        assertThat(b.route(OUR_ROUTE).paths().getFirst().received().nextHop()).isEqualTo(IpAddress.parse("10.0.0.1"));
        assertThat(b.peer("e1").session().establishedCount()).isEqualTo(1);
    }

    @Test
    void linkLocalNextHopsAreForgottenWithTheirRoutes() {
        pair();
        startBoth();
        assertThat(b.trackedNextHops()).isEqualTo(1);
        a.originated.clear();
        a.reconfigure();
        net.time.run(Duration.ofSeconds(1));
        assertThat(b.forwards(OUR_ROUTE)).isEmpty();
        assertThat(b.trackedNextHops()).isZero();
    }

    @Test
    void aNextHopOfOneAddressOnTwoLinksIsForgottenOnEach() {
        a = net.box(1, 65001, "e1", "e2")
                .with(LinkLocalNetwork.on("e1"), LinkLocalNetwork.on("e2"))
                .announcing(OUR_ROUTE);
        b = net.box(2, 65002, "e1", "e2").with(LinkLocalNetwork.on("e1"), LinkLocalNetwork.on("e2"));
        startBoth();
        assertThat(net.until(SOON, () -> b.trackedNextHops() == 2)).isTrue();
        b.up("e1", false);
        net.time.run(Duration.ofSeconds(1));
        assertThat(b.forwards(OUR_ROUTE)).isEqualTo(List.of(via(1, 2)));
        a.originated.clear();
        a.reconfigure();
        net.time.run(Duration.ofSeconds(1));
        assertThat(b.trackedNextHops()).isZero();
    }
}

package dev.espalier.routing;

import static dev.espalier.routing.Node.hop;
import static dev.espalier.routing.Node.via;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.net.IpAddress;
import dev.espalier.route.NextHop;
import dev.espalier.route.NextHop.Hop;
import dev.espalier.route.RouteSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Next hops through a tunnel: what they resolve to, and what their own packets may travel by. */
class TunnelTest {

    private static final String BLOCK = "10.244.1.0/26";
    private static final int TUNNEL = 9;

    private final Node node = Node.withTwoLinks();

    TunnelTest() {
        node.foreign("0.0.0.0/0", hop("10.0.1.254", 1), 3, 0);
        node.link(TUNNEL, true);
        node.settle();
    }

    private static NextHop always(String end) {
        return new NextHop.Through(IpAddress.parse(end), "eth9", false, 1);
    }

    private static NextHop crossSubnet(String end) {
        return new NextHop.Through(IpAddress.parse(end), "eth9", true, 1);
    }

    private static Hop tunnelled(String end) {
        return new Hop(IpAddress.parse(end), TUNNEL, 1, true);
    }

    private void put(NextHop... nextHops) {
        node.put(RouteSource.IBGP, BLOCK, nextHops);
        node.settle();
    }

    @Test
    void theGatewayIsTheNodesAddressOnTheTunnelsLink() {
        put(always("192.0.2.7"));
        assertThat(node.installed(BLOCK)).containsExactly(tunnelled("192.0.2.7"));
    }

    @Test
    void alwaysMeansThroughTheTunnelToANeighbourToo() {
        put(always("10.0.1.2"));
        assertThat(node.installed(BLOCK)).containsExactly(tunnelled("10.0.1.2"));
    }

    @Test
    void crossSubnetIsPlainToANeighbourAndThroughTheTunnelToOthers() {
        put(crossSubnet("10.0.1.2"));
        assertThat(node.installed(BLOCK)).containsExactly(hop("10.0.1.2", 1));
        put(crossSubnet("192.0.2.7"));
        assertThat(node.installed(BLOCK)).containsExactly(tunnelled("192.0.2.7"));
    }

    @Test
    void aNodeThatIsNoNeighbourAnyMoreIsReachedThroughTheTunnel() {
        put(crossSubnet("10.0.1.2"));
        node.foreignGone("10.0.1.0/24", 2, 0);
        node.settle();
        assertThat(node.installed(BLOCK)).containsExactly(tunnelled("10.0.1.2"));
        node.foreign("10.0.1.0/24", hop(null, 1), 2, 0);
        node.settle();
        assertThat(node.installed(BLOCK)).containsExactly(hop("10.0.1.2", 1));
    }

    @Test
    void withoutAWayToItsEndATunnelLeadsNowhere() {
        put(always("192.0.2.7"));
        node.foreignGone("0.0.0.0/0", 3, 0);
        node.settle();
        assertThat(node.installed(BLOCK)).isEmpty();
        assertThat(because()).contains("the tunnel's end 192.0.2.7 cannot be reached");
        node.foreign("192.0.2.0/24", hop("10.0.2.254", 2), 4, 0);
        node.settle();
        assertThat(node.installed(BLOCK)).containsExactly(tunnelled("192.0.2.7"));
    }

    @Test
    void theTunnelsLinkMayComeLaterAndGoAndBeAnotherOne() {
        put(new NextHop.Through(IpAddress.parse("192.0.2.7"), "eth12", false, 1));
        assertThat(because()).contains("link eth12 does not exist");
        node.link(12, true);
        node.settle();
        assertThat(node.installed(BLOCK)).containsExactly(new Hop(IpAddress.parse("192.0.2.7"), 12, 1, true));
        node.link(12, false);
        node.settle();
        assertThat(node.installed(BLOCK)).isEmpty();
        assertThat(because()).contains("eth12 is down");
    }

    @Test
    void aBlockThatContainsItsOwnTunnelsEndIsNotInstalled() {
        node.put(RouteSource.IBGP, "192.0.2.0/24", always("192.0.2.7"));
        node.settle();
        assertThat(node.installed("192.0.2.0/24")).isEmpty();
        assertThat(node.explain("192.0.2.0/24").toString()).contains("may go through a tunnel itself");
        // but to an ordinary next hop it is as if it was not there, as in the kernel
        assertThat(node.state("192.0.2.7").hops()).containsExactly(hop("10.0.1.254", 1));
    }

    @Test
    void theTunnelsPacketsDoNotTravelThroughATunnelByWayOfAnotherRouteEither() {
        node.put(RouteSource.IBGP, "192.0.2.0/24", always("198.51.100.1"));
        node.put(RouteSource.EBGP, "203.0.113.0/24", via("192.0.2.9"));
        put(always("203.0.113.5"));
        assertThat(node.installed("192.0.2.0/24")).containsExactly(tunnelled("198.51.100.1"));
        assertThat(node.installed(BLOCK)).isEmpty();
        // ordinary packets may: the next hop of a route may well be a pod
        assertThat(node.installed("203.0.113.0/24")).containsExactly(tunnelled("198.51.100.1"));
        node.remove(RouteSource.IBGP, "192.0.2.0/24");
        node.settle();
        assertThat(node.installed(BLOCK)).containsExactly(tunnelled("203.0.113.5"));
    }

    @Test
    void aLinkLocalEndIsRefused() {
        put(always("fe80::7"));
        assertThat(node.installed(BLOCK)).isEmpty();
        assertThat(because()).contains("link-local");
    }

    @Test
    void anEndOfAFamilyThatTheTunnelDoesNotCarryIsRefused() {
        put(new NextHop.Through(IpAddress.parse("2001:db8:1::7"), "", false, 1));
        assertThat(node.installed(BLOCK)).isEmpty();
        assertThat(because()).contains("no tunnel of this kind leads to 2001:db8:1::7");
        assertThatThrownBy(() -> node.put(RouteSource.IBGP, "2001:db8:5::/64", always("192.0.2.7")))
                .hasMessageContaining("IPv6 route");
    }

    @Test
    void anAbandonedNodeIsDoneWithoutWhereThereIsAnother() {
        put(always("192.0.2.7"), always("192.0.2.8"));
        assertThat(node.installed(BLOCK)).containsExactly(tunnelled("192.0.2.7"), tunnelled("192.0.2.8"));
        node.table.abandon(List.of(new NextHop.Via(IpAddress.parse("192.0.2.7"))));
        node.settle();
        assertThat(node.installed(BLOCK)).containsExactly(tunnelled("192.0.2.8"));
    }

    private String because() {
        return node.explain(BLOCK).toString();
    }
}

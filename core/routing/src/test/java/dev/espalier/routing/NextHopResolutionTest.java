package dev.espalier.routing;

import static dev.espalier.routing.Node.hop;
import static dev.espalier.routing.Node.via;
import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.net.IpAddress;
import dev.espalier.route.NextHop;
import dev.espalier.route.NextHop.Hop;
import dev.espalier.route.RouteSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NextHopResolutionTest {

    private final Node node = Node.withTwoLinks();

    @Test
    void nothingResolvesBeforeTheKernelHasToldItsLinks() {
        NextHopState state = new Node().state("10.0.1.2");
        assertThat(state.resolvable()).isFalse();
        assertThat(state.because()).contains("not told its links");
    }

    @Test
    void aNeighbourOnAConnectedNetworkIsItsOwnGateway() {
        NextHopState state = node.state("10.0.1.2");
        assertThat(state.directlyConnected()).isTrue();
        assertThat(state.metric()).isZero();
        assertThat(state.hops()).containsExactly(hop("10.0.1.2", 1));
    }

    @Test
    void aDistantNextHopTakesTheGatewayAndMetricOfTheKernelsRoute() {
        node.foreign("192.0.2.0/24", hop("10.0.1.9", 1), 4, 20);
        NextHopState state = node.state("192.0.2.7");
        assertThat(state.directlyConnected()).isFalse();
        assertThat(state.metric()).isEqualTo(20);
        assertThat(state.hops()).containsExactly(hop("10.0.1.9", 1));
    }

    @Test
    void theLongestMatchCounts() {
        node.foreign("192.0.0.0/16", hop("10.0.1.9", 1), 4, 0);
        node.foreign("192.0.2.0/24", hop("10.0.2.9", 2), 4, 0);
        assertThat(node.state("192.0.2.7").hops()).containsExactly(hop("10.0.2.9", 2));
    }

    @Test
    void ownAddressesAndAddressesOfNobodyAreNoNextHops() {
        for (String address : List.of("10.0.1.1", "0.0.0.0", "127.0.0.1", "224.0.0.5", "::", "fe80::1")) {
            assertThat(node.state(address).resolvable()).as(address).isFalse();
        }
    }

    @Test
    void aLinkLocalNextHopIsOnItsLinkAsLongAsThatIsUp() {
        NextHopObserver nobody = (_, _, _) -> {};
        IpAddress address = IpAddress.parse("fe80::5");
        assertThat(node.table.track(address, 1, nobody).hops()).containsExactly(new Hop(address, 1, 1, false));
        node.link(1, false);
        node.settle();
        assertThat(node.table.track(address, 1, nobody).because()).contains("eth1 is down");
        assertThat(node.table.track(address, 9, nobody).because()).contains("does not exist");
    }

    @Test
    void aNextHopNamedWithItsLinkNeedsNoRouteButMustBeDeclaredANeighbour() {
        IpAddress address = IpAddress.parse("203.0.113.1");
        assertThat(node.table.track(address, 2, (_, _, _) -> {}).hops()).containsExactly(new Hop(address, 2, 1, true));
    }

    @Test
    void aBlackholeDoesNotResolve() {
        node.foreign("0.0.0.0/0", hop("10.0.1.9", 1), 4, 0);
        node.foreign("192.0.2.0/24", Hop.DISCARD, 4, 0);
        node.put(RouteSource.LOCAL, "198.51.100.0/24", new NextHop.Discard());
        assertThat(node.state("192.0.2.1").because()).contains("drops packets");
        assertThat(node.state("198.51.100.1").because()).contains("drops packets");
    }

    @Test
    void theDefaultRouteResolvesUnlessThatIsTurnedOff() {
        node.foreign("0.0.0.0/0", hop("10.0.1.9", 1), 4, 0);
        assertThat(node.state("192.0.2.1").hops()).containsExactly(hop("10.0.1.9", 1));

        Node strict = Node.withTwoLinks(new Node(false));
        strict.foreign("0.0.0.0/0", hop("10.0.1.9", 1), 4, 0);
        assertThat(strict.state("192.0.2.1").resolvable()).isFalse();
        assertThat(strict.state("192.0.2.1").because()).contains("default route");
    }

    @Test
    void whetherTheDefaultRouteResolvesMayChangeAtRunTime() {
        node.foreign("0.0.0.0/0", hop("10.0.1.9", 1), 4, 0);
        node.put(RouteSource.EBGP, "203.0.113.0/24", via("192.0.2.1"));
        node.settle();
        assertThat(node.installed("203.0.113.0/24")).containsExactly(hop("10.0.1.9", 1));
        node.table.resolveThroughDefault(false);
        node.settle();
        assertThat(node.state("192.0.2.1").resolvable()).isFalse();
        assertThat(node.installed("203.0.113.0/24")).isEmpty();
        node.table.resolveThroughDefault(true);
        node.settle();
        assertThat(node.installed("203.0.113.0/24")).containsExactly(hop("10.0.1.9", 1));
    }

    @Test
    void aNextHopResolvesThroughRoutesOfOurs() {
        node.put(RouteSource.EBGP, "192.0.2.0/24", via("10.0.1.2"), via("10.0.2.2"));
        NextHopState state = node.state("192.0.2.1");
        assertThat(state.hops()).containsExactly(hop("10.0.1.2", 1), hop("10.0.2.2", 2));
        assertThat(state.directlyConnected()).isFalse();
    }

    @Test
    void weightsSurviveRecursion() {
        node.put(RouteSource.IBGP, "192.0.2.1/32", via("10.0.1.2", 3), via("10.0.2.2", 1));
        node.put(RouteSource.IBGP, "192.0.2.2/32", via("10.0.2.2"));
        node.put(RouteSource.EBGP, "203.0.113.0/24", via("192.0.2.1", 4), via("192.0.2.2", 4));
        node.settle();
        assertThat(node.installed("203.0.113.0/24")).containsExactly(hop("10.0.1.2", 1, 3), hop("10.0.2.2", 2, 5));
    }

    @Test
    void aRouteThatLeadsToItsOwnNextHopIsPassedOver() {
        node.foreign("0.0.0.0/0", hop("10.0.1.9", 1), 4, 0);
        node.put(RouteSource.IBGP, "192.0.2.0/24", via("192.0.2.1"));
        node.settle();
        assertThat(node.installed("192.0.2.0/24")).containsExactly(hop("10.0.1.9", 1));
        node.foreignGone("0.0.0.0/0", 4, 0);
        node.settle();
        assertThat(node.installed("192.0.2.0/24")).isEmpty();
        assertThat(node.explain("192.0.2.0/24").kernel().because()).contains("uses it itself");
    }

    @Test
    void twoRoutesCannotKeepEachOtherAlive() {
        node.foreign("0.0.0.0/0", hop("10.0.1.9", 1), 4, 0);
        node.put(RouteSource.IBGP, "192.0.2.0/24", via("198.51.100.1"));
        node.put(RouteSource.IBGP, "198.51.100.0/24", via("192.0.2.1"));
        node.settle();
        assertThat(node.kernel.content()).isEmpty();
        assertThat(node.explain("192.0.2.0/24").kernel().because()).contains("through itself");
        // the loop opens when one of them gets another next hop
        node.put(RouteSource.IBGP, "198.51.100.0/24", via("10.0.2.2"));
        node.settle();
        assertThat(node.installed("192.0.2.0/24")).containsExactly(hop("10.0.2.2", 2));
    }

    @Test
    void aChainOfRoutesHasAnEnd() {
        for (int i = 1; i <= NextHopResolver.MAX_DEPTH + 1; i++) {
            node.put(RouteSource.IBGP, "192.0." + i + ".0/24", via("192.0." + (i + 1) + ".1"));
        }
        node.put(RouteSource.IBGP, "192.0." + (NextHopResolver.MAX_DEPTH + 2) + ".0/24", via("10.0.1.2"));
        node.settle();
        assertThat(node.installed("192.0.5.0/24")).isNotEmpty();
        assertThat(node.installed("192.0.1.0/24")).isEmpty();
        assertThat(node.explain("192.0.1.0/24").kernel().because()).contains("more than 8 routes");
    }

    @Test
    void aRouteOfOursThatCannotBeReachedGivesWayToAShorterOne() {
        node.foreign("192.0.0.0/16", hop("10.0.1.9", 1), 4, 0);
        node.put(RouteSource.IBGP, "192.0.2.0/24", via("172.16.0.1"));
        assertThat(node.state("192.0.2.1").hops()).containsExactly(hop("10.0.1.9", 1));
    }

    @Test
    void aConnectedNetworkWhoseLinkIsDownDoesNotGiveWay() {
        node.foreign("0.0.0.0/0", hop("10.0.2.9", 2), 4, 0);
        node.link(1, false);
        node.settle();
        assertThat(node.state("10.0.1.2").because()).contains("eth1 is down");
    }

    @Test
    void anIpv4RouteMayHaveAnIpv6NextHop() {
        node.put(RouteSource.EBGP, "192.0.2.0/24", via("2001:db8:1::2"));
        node.settle();
        assertThat(node.installed("192.0.2.0/24")).containsExactly(hop("2001:db8:1::2", 1));
    }

    @Test
    void observersHearOfChangesOnceAndOnlyOfChanges() {
        List<NextHopState> heard = new ArrayList<>();
        node.table.track(IpAddress.parse("192.0.2.1"), 0, (_, _, state) -> heard.add(state));
        node.settle();
        assertThat(heard).isEmpty();
        node.foreign("192.0.0.0/16", hop("10.0.1.9", 1), 4, 7);
        node.foreign("192.0.2.0/24", hop("10.0.2.9", 2), 4, 9);
        node.foreign("203.0.113.0/24", hop("10.0.2.9", 2), 4, 9);
        node.settle();
        assertThat(heard).extracting(NextHopState::metric).containsExactly(9L);
        node.foreignGone("192.0.2.0/24", 4, 9);
        node.settle();
        assertThat(heard).extracting(NextHopState::metric).containsExactly(9L, 7L);
        node.link(1, false);
        node.settle();
        assertThat(heard.getLast().resolvable()).isFalse();
    }

    @Test
    void anObserverHearsWhenAnotherNextHopOnItsWayChanges() {
        List<NextHopState> heard = new ArrayList<>();
        node.put(RouteSource.IBGP, "192.0.2.0/24", via("198.51.100.1"));
        node.foreign("198.51.100.0/24", hop("10.0.1.9", 1), 4, 0);
        node.settle();
        node.table.track(IpAddress.parse("192.0.2.1"), 0, (_, _, state) -> heard.add(state));
        node.foreign("198.51.100.0/25", hop("10.0.2.9", 2), 4, 0);
        node.settle();
        assertThat(heard).hasSize(1);
        assertThat(heard.getFirst().hops()).containsExactly(hop("10.0.2.9", 2));
    }

    @Test
    void nobodyHearsAnythingAfterUntrack() {
        List<NextHopState> heard = new ArrayList<>();
        NextHopObserver observer = (_, _, state) -> heard.add(state);
        IpAddress address = IpAddress.parse("10.0.1.2");
        node.table.track(address, 0, observer);
        node.link(1, false);
        node.table.untrack(address, 0, observer);
        node.settle();
        assertThat(heard).isEmpty();
        assertThat(node.table.nextHops()).isEmpty();
    }

    @Test
    void anObserverMayChangeRoutes() {
        node.table.track(IpAddress.parse("10.0.1.2"), 0, (_, _, state) -> {
            if (!state.resolvable()) {
                node.put(RouteSource.EBGP, "192.0.2.0/24", via("10.0.2.2"));
            }
        });
        node.put(RouteSource.EBGP, "192.0.2.0/24", via("10.0.1.2"));
        node.settle();
        node.link(1, false);
        node.settleFor(5);
        assertThat(node.installed("192.0.2.0/24")).containsExactly(hop("10.0.2.2", 2));
    }
}

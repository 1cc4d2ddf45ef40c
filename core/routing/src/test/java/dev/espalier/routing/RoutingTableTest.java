package dev.espalier.routing;

import static dev.espalier.routing.Node.hop;
import static dev.espalier.routing.Node.via;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.route.Fib.Batch.Change;
import dev.espalier.route.NextHop;
import dev.espalier.route.NextHop.Hop;
import dev.espalier.route.RouteSource;
import dev.espalier.routing.KernelStatus.NotWanted.Reason;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoutingTableTest {

    private static final String PREFIX = "192.0.2.0/24";

    private final Node node = Node.withTwoLinks();

    @Test
    void theSmallestPreferenceIsInstalledAndTheNextTakesOver() {
        node.put(RouteSource.IBGP, PREFIX, via("10.0.1.2"));
        node.put(RouteSource.EBGP, PREFIX, via("10.0.2.2"));
        node.settle();
        assertThat(node.installed(PREFIX)).containsExactly(hop("10.0.2.2", 2));
        node.remove(RouteSource.EBGP, PREFIX);
        node.settle();
        assertThat(node.installed(PREFIX)).containsExactly(hop("10.0.1.2", 1));
        node.remove(RouteSource.IBGP, PREFIX);
        node.settle();
        assertThat(node.kernel.content()).isEmpty();
        assertThat(node.kernel.groupCount()).isZero();
    }

    @Test
    void theMetricDecidesBetweenEqualPreferences() {
        node.put(RouteSource.EBGP, 50, 10, PREFIX, via("10.0.1.2"));
        node.put(RouteSource.IBGP, 50, 5, PREFIX, via("10.0.2.2"));
        node.settle();
        assertThat(node.installed(PREFIX)).containsExactly(hop("10.0.2.2", 2));
        assertThat(node.explain(PREFIX).candidates())
                .extracting(Explanation.Candidate::verdict)
                .containsExactly(Explanation.Verdict.BEST, Explanation.Verdict.METRIC_HIGHER);
    }

    @Test
    void aRouteThatCannotBeReachedGivesWayToALessPreferredOne() {
        node.put(RouteSource.EBGP, PREFIX, via("172.16.0.1"));
        node.put(RouteSource.IBGP, PREFIX, via("10.0.2.2"));
        node.settle();
        assertThat(node.installed(PREFIX)).containsExactly(hop("10.0.2.2", 2));
        node.foreign("172.16.0.0/24", hop("10.0.1.9", 1), 4, 0);
        node.settle();
        assertThat(node.installed(PREFIX)).containsExactly(hop("10.0.1.9", 1));
    }

    @Test
    void anIdenticalRouteCostsNothing() {
        node.put(RouteSource.EBGP, PREFIX, via("10.0.1.2"), via("10.0.2.2"));
        node.settle();
        node.kernel.asked.clear();
        node.put(RouteSource.EBGP, PREFIX, via("10.0.2.2"), via("10.0.1.2"));
        assertThat(node.table.isQuiet()).isTrue();
        node.settle();
        assertThat(node.kernel.asked).isEmpty();
    }

    @Test
    void aChangeAndItsReversalInOneTurnCostNothing() {
        node.put(RouteSource.EBGP, PREFIX, via("10.0.1.2"));
        node.settle();
        node.kernel.asked.clear();
        node.remove(RouteSource.EBGP, PREFIX);
        node.put(RouteSource.EBGP, PREFIX, via("10.0.1.2"));
        node.put(RouteSource.EBGP, "198.51.100.0/24", via("10.0.1.2"));
        node.remove(RouteSource.EBGP, "198.51.100.0/24");
        node.settle();
        assertThat(node.kernel.asked).isEmpty();
    }

    @Test
    void manyRoutesShareOneGroup() {
        for (int i = 0; i < 2000; i++) {
            node.put(RouteSource.EBGP, "20." + i / 256 + "." + i % 256 + ".0/24", via("10.0.1.2"));
        }
        node.settle();
        assertThat(node.kernel.content()).hasSize(2000);
        assertThat(node.kernel.asked(Change.PUT_GROUP)).isEqualTo(1);
    }

    @Test
    void aFailoverReplacesOneGroupAndTouchesNoRoute() {
        for (int i = 0; i < 1000; i++) {
            node.put(RouteSource.EBGP, "20." + i / 256 + "." + i % 256 + ".0/24", via("10.0.1.2"), via("10.0.2.2"));
        }
        node.settle();
        node.kernel.asked.clear();
        node.link(1, false);
        node.settleFor(5);
        assertThat(node.kernel.asked(Change.PUT_GROUP)).isEqualTo(1);
        assertThat(node.kernel.askedForRoutes()).isZero();
        assertThat(node.kernel.content().values()).hasSize(1000).containsOnly(List.of(hop("10.0.2.2", 2)));
        node.link(1, true);
        node.settleFor(5);
        assertThat(node.kernel.asked(Change.PUT_GROUP)).isEqualTo(2);
        assertThat(node.kernel.askedForRoutes()).isZero();
        assertThat(node.kernel.content().values()).containsOnly(List.of(hop("10.0.1.2", 1), hop("10.0.2.2", 2)));
    }

    @Test
    void aRecursiveNextHopThatMovesReplacesOneGroup() {
        node.foreign("172.16.0.0/24", hop("10.0.1.9", 1), 4, 0);
        node.put(RouteSource.IBGP, PREFIX, via("172.16.0.1"));
        node.put(RouteSource.IBGP, "198.51.100.0/24", via("10.0.1.9"));
        node.settle();
        node.kernel.asked.clear();
        node.foreign("172.16.0.0/24", hop("10.0.2.9", 2), 4, 0);
        node.settle();
        assertThat(node.kernel.asked).containsOnlyKeys(Change.PUT_GROUP);
        assertThat(node.installed(PREFIX)).containsExactly(hop("10.0.2.9", 2));
        // two groups that resolved to the same hops were two groups all the same
        assertThat(node.installed("198.51.100.0/24")).containsExactly(hop("10.0.1.9", 1));
    }

    @Test
    void theKernelsOwnRouteKeepsOursOut() {
        node.put(RouteSource.EBGP, "10.0.1.0/24", via("10.0.2.2"));
        node.put(RouteSource.EBGP, "2001:db8:1::/64", via("2001:db8:1::9"));
        node.settle();
        assertThat(node.kernel.content()).isEmpty();
        KernelStatus status = node.explain("10.0.1.0/24").kernel();
        assertThat(status).isInstanceOfSatisfying(KernelStatus.NotWanted.class, not -> assertThat(not.reason())
                .isEqualTo(Reason.KERNEL_ROUTE_WINS));
        assertThat(status.because()).isEqualTo("the kernel's own route (proto kernel, metric 0) wins");
        node.foreignGone("10.0.1.0/24", 2, 0);
        node.settle();
        assertThat(node.installed("10.0.1.0/24")).containsExactly(hop("10.0.2.2", 2));
        node.foreign("10.0.1.0/24", hop(null, 1), 2, 0);
        node.settle();
        assertThat(node.kernel.content()).isEmpty();
    }

    @Test
    void aRouteOfTheKernelWithALargeMetricStandsBehindOurs() {
        node.foreign("0.0.0.0/0", hop("10.0.1.9", 1), 16, 100);
        node.put(RouteSource.EBGP, "0.0.0.0/0", via("10.0.2.2"));
        node.settle();
        assertThat(node.installed("0.0.0.0/0")).containsExactly(hop("10.0.2.2", 2));
        assertThat(node.explain("0.0.0.0/0").candidates())
                .extracting(Explanation.Candidate::verdict)
                .containsExactly(Explanation.Verdict.BEST, Explanation.Verdict.KERNEL_METRIC_HIGHER);
        assertThat(node.table.lookup(IpAddress.parse("8.8.8.8")).orElseThrow().source())
                .isEqualTo(RouteSource.EBGP);
    }

    @Test
    void anUnreachableRouteIsNotInstalledAndSaysWhy() {
        node.put(RouteSource.EBGP, PREFIX, via("172.16.0.1"));
        node.settle();
        assertThat(node.kernel.asked).isEmpty();
        assertThat(node.explain(PREFIX).kernel())
                .isEqualTo(new KernelStatus.NotWanted(
                        Reason.NEXT_HOP_UNRESOLVABLE, "no next hop can be reached: no route leads to 172.16.0.1"));
        assertThat(node.table.lookup(IpAddress.parse("192.0.2.1"))).isEmpty();
    }

    @Test
    void routesOntoALinkOrIntoNothingAreInstalled() {
        node.put(RouteSource.LOCAL, "192.0.2.7/32", new NextHop.Attached(2));
        node.put(RouteSource.LOCAL, "192.0.2.0/24", new NextHop.Discard());
        node.put(RouteSource.LOCAL, "2001:db8:9::/48", new NextHop.Discard());
        node.settle();
        assertThat(node.installed("192.0.2.7/32")).containsExactly(hop(null, 2));
        assertThat(node.installed("192.0.2.0/24")).containsExactly(Hop.DISCARD);
        assertThat(node.installed("2001:db8:9::/48")).containsExactly(Hop.DISCARD);
        node.link(2, false);
        node.settleFor(5);
        assertThat(node.installed("192.0.2.7/32")).isEmpty();
        assertThat(node.explain("192.0.2.7/32").kernel().because()).contains("eth2 is down");
    }

    @Test
    void impossibleGroupsAreRefusedWithASentence() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> node.table.group(AddressFamily.IPV6, List.of(via("10.0.1.2"))))
                .withMessageContaining("an IPv6 route cannot have the IPv4 next hop 10.0.1.2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> node.table.group(AddressFamily.IPV4, List.of()))
                .withMessageContaining("at least one");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> node.table.group(AddressFamily.IPV4, List.of(via("10.0.1.2"), new NextHop.Discard())))
                .withMessageContaining("discard");
    }

    @Test
    void lookupFindsTheLongestMatchWhoeverHasIt() {
        node.put(RouteSource.EBGP, "192.0.0.0/16", via("10.0.1.2"));
        node.put(RouteSource.EBGP, "192.0.2.0/24", via("172.16.0.1"));
        node.settle();
        assertThat(node.table.lookup(IpAddress.parse("192.0.2.1")).orElseThrow().prefix())
                .hasToString("192.0.0.0/16");
        assertThat(node.table.lookup(IpAddress.parse("10.0.1.77")).orElseThrow().source())
                .isEqualTo(RouteSource.KERNEL);
        assertThat(node.table.lookup(IpAddress.parse("8.8.8.8"))).isEmpty();
    }

    @Test
    void moreSpecificsAreVisitedInOrder() {
        node.put(RouteSource.EBGP, "192.0.2.0/25", via("10.0.1.2"));
        node.put(RouteSource.EBGP, "192.0.2.0/24", via("10.0.1.2"));
        node.put(RouteSource.EBGP, "192.0.3.0/24", via("10.0.1.2"));
        node.put(RouteSource.EBGP, "198.51.100.0/24", via("10.0.1.2"));
        List<String> seen = new ArrayList<>();
        node.table.forEachWithin(
                IpPrefix.parse("192.0.0.0/16"), route -> seen.add(route.prefix().toString()));
        assertThat(seen).containsExactly("192.0.2.0/24", "192.0.2.0/25", "192.0.3.0/24");
    }

    @Test
    void explainNamesTheRuleThatDecided() {
        node.put(RouteSource.EBGP, PREFIX, via("10.0.1.2"));
        node.put(RouteSource.IBGP, PREFIX, via("10.0.2.2"));
        node.put(RouteSource.LOCAL, PREFIX, via("172.16.0.1"));
        Explanation before = node.explain(PREFIX);
        assertThat(before.kernel()).isInstanceOf(KernelStatus.Pending.class);
        node.settle();
        Explanation explanation = node.explain(PREFIX);
        assertThat(explanation.kernel()).isEqualTo(new KernelStatus.Installed(List.of(hop("10.0.1.2", 1)), List.of()));
        assertThat(explanation.candidates())
                .extracting(c -> c.source() + " " + c.verdict() + ": " + c.because())
                .containsExactly(
                        "LOCAL UNRESOLVABLE: no next hop can be reached: no route leads to 172.16.0.1",
                        "EBGP BEST: smallest preference 20 of those whose next hops can be reached",
                        "IBGP PREFERENCE_HIGHER: the route from EBGP has the smaller preference 20");
        assertThat(node.explain("8.8.8.0/24").kernel())
                .isEqualTo(new KernelStatus.NotWanted(Reason.NO_ROUTE, "no source has a route for it"));
    }

    @Test
    void countersCount() {
        node.put(RouteSource.EBGP, PREFIX, via("10.0.1.2"));
        node.put(RouteSource.IBGP, PREFIX, via("10.0.2.2"));
        node.put(RouteSource.EBGP, "198.51.100.0/24", via("172.16.0.1"));
        assertThat(node.table.counters().pending()).isEqualTo(2);
        node.settle();
        RouteCounters counters = node.table.counters();
        assertThat(counters.routes()).containsEntry(RouteSource.EBGP, 2).containsEntry(RouteSource.IBGP, 1);
        assertThat(counters.routes()).containsEntry(RouteSource.KERNEL, 3);
        assertThat(counters.installed()).isEqualTo(1);
        assertThat(counters.pending()).isZero();
        assertThat(counters.groups()).isEqualTo(3);
    }

    @Test
    void prefixesAreLetGoOfWhenNobodyNeedsThem() {
        int before = node.index.table(AddressFamily.IPV4).size();
        node.put(RouteSource.EBGP, PREFIX, via("10.0.1.2"));
        node.put(RouteSource.IBGP, PREFIX, via("10.0.1.2"));
        node.put(RouteSource.EBGP, "198.51.100.0/24", via("172.16.0.1"));
        node.settle();
        node.remove(RouteSource.EBGP, PREFIX);
        node.remove(RouteSource.IBGP, PREFIX);
        node.remove(RouteSource.EBGP, "198.51.100.0/24");
        node.settle();
        assertThat(node.index.table(AddressFamily.IPV4).size()).isEqualTo(before);
        assertThat(node.table.counters().groups()).isZero();
    }
}

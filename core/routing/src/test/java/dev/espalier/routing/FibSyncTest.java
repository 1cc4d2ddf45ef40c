package dev.espalier.routing;

import static dev.espalier.routing.Node.hop;
import static dev.espalier.routing.Node.via;
import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.net.IpPrefix;
import dev.espalier.route.Event;
import dev.espalier.route.Fib;
import dev.espalier.route.Fib.Batch.Change;
import dev.espalier.route.RouteSource;
import java.util.List;
import org.junit.jupiter.api.Test;

class FibSyncTest {

    private static final String PREFIX = "192.0.2.0/24";

    private final Node node = Node.withTwoLinks();

    private static String prefix(int i) {
        return "20." + i / 256 + "." + i % 256 + ".0/24";
    }

    private void putMany(int count, String nextHop) {
        for (int i = 0; i < count; i++) {
            node.put(RouteSource.EBGP, prefix(i), via(nextHop));
        }
    }

    @Test
    void nothingIsSentBeforeTheLinksAreKnown() {
        Node fresh = new Node();
        fresh.put(RouteSource.EBGP, PREFIX, via("10.0.1.2"));
        fresh.settle();
        assertThat(fresh.kernel.asked).isEmpty();
        assertThat(fresh.table.isQuiet()).isFalse();
        Node.withTwoLinks(fresh);
        assertThat(fresh.installed(PREFIX)).containsExactly(hop("10.0.1.2", 1));
    }

    @Test
    void aLossBeforeTheLinksAreKnownDoesNotMakeItSpeak() {
        putMany(3, "10.0.1.2");
        node.settle();
        node.table.close();
        node.kernel.daemonDied();
        node.startDeaf();
        node.put(RouteSource.EBGP, prefix(0), via("10.0.1.2"));
        node.kernel.asked.clear();
        node.kernel.removeByHand(IpPrefix.parse(prefix(1)));
        node.settleFor(60);
        assertThat(node.kernel.reads).isEqualTo(3);
        assertThat(node.kernel.asked).isEmpty();
        node.hearSnapshot();
        node.settle();
        assertThat(node.kernel.asked).isEmpty();
        assertThat(node.table.counters().stale()).isEqualTo(1);
    }

    @Test
    void withoutInstallationTheKernelIsNotToldAndTheRouteSaysWhy() {
        node.table.installRoutes(false);
        node.put(RouteSource.EBGP, PREFIX, via("10.0.1.2"));
        node.put(RouteSource.IBGP, "203.0.113.0/24", via("192.0.2.1"));
        node.settle();
        assertThat(node.kernel.asked).isEmpty();
        assertThat(node.table.isQuiet()).isTrue();
        assertThat(node.explain(PREFIX).kernel())
                .isEqualTo(new KernelStatus.NotWanted(
                        KernelStatus.NotWanted.Reason.NOT_INSTALLED, "not installed: installRoutes is false"));
        assertThat(node.explain("203.0.113.0/24").candidates().getFirst().hops())
                .as("a next hop resolves through a route that is not installed")
                .containsExactly(hop("10.0.1.2", 1));
        node.link(1, false);
        node.settle();
        assertThat(node.explain(PREFIX).kernel())
                .isInstanceOfSatisfying(KernelStatus.NotWanted.class, unwanted -> assertThat(unwanted.reason())
                        .isEqualTo(KernelStatus.NotWanted.Reason.NEXT_HOP_UNRESOLVABLE));
        assertThat(node.kernel.asked).isEmpty();
    }

    @Test
    void installationSwitchedOffEmptiesTheKernelAndSwitchedOnFillsItAgain() {
        putMany(3 * Fib.Batch.CAPACITY, "10.0.1.2");
        node.settle();
        node.table.installRoutes(false);
        node.settle();
        assertThat(node.kernel.content()).isEmpty();
        assertThat(node.kernel.groupCount()).isZero();
        node.remove(RouteSource.EBGP, prefix(0));
        node.settle();
        node.table.installRoutes(true);
        node.settle();
        assertThat(node.kernel.content()).hasSize(3 * Fib.Batch.CAPACITY - 1);
        assertThat(node.installed(prefix(1))).containsExactly(hop("10.0.1.2", 1));
    }

    @Test
    void installationSwitchedOffWhileTheKernelIsSlowStillEmptiesIt() {
        node.kernel.slow = true;
        putMany(3 * Fib.Batch.CAPACITY, "10.0.1.2");
        node.settle();
        node.table.installRoutes(false);
        while (node.kernel.answer()) {
            node.settle();
        }
        assertThat(node.kernel.content()).isEmpty();
        assertThat(node.table.isQuiet()).isTrue();
    }

    @Test
    void withoutInstallationWhatAnEarlierRunInstalledIsRemoved() {
        putMany(3, "10.0.1.2");
        node.settle();
        node.table.close();
        node.kernel.daemonDied();
        node.startDeaf();
        node.table.installRoutes(false);
        node.hearSnapshot();
        node.put(RouteSource.EBGP, prefix(0), via("10.0.1.2"));
        node.settle();
        assertThat(node.kernel.content()).hasSize(2);
        node.table.sweep("all is known");
        node.settle();
        assertThat(node.kernel.content()).isEmpty();
    }

    @Test
    void aSlowKernelIsGivenSomeBatchesAndNotAll() {
        node.kernel.slow = true;
        int routes = (FibSync.MAX_IN_FLIGHT + 3) * Fib.Batch.CAPACITY;
        putMany(routes, "10.0.1.2");
        node.settle();
        assertThat(node.table.counters().pending()).isEqualTo(routes);
        for (int i = 0; i < FibSync.MAX_IN_FLIGHT; i++) {
            assertThat(node.kernel.answer()).isTrue();
        }
        assertThat(node.kernel.answer()).isFalse();
        // each batch is full but for the room that a new group would need; one change was the group
        assertThat(node.kernel.content()).hasSize(FibSync.MAX_IN_FLIGHT * (Fib.Batch.CAPACITY - 1) - 1);
    }

    @Test
    void whatChangesWhileItsAnswerIsAwaitedIsSentOnceAfterwards() {
        node.kernel.slow = true;
        node.put(RouteSource.EBGP, PREFIX, via("10.0.1.2"));
        node.settle();
        node.remove(RouteSource.EBGP, PREFIX);
        node.put(RouteSource.EBGP, PREFIX, via("10.0.2.2"));
        node.settle();
        node.remove(RouteSource.EBGP, PREFIX);
        node.settle();
        while (node.kernel.answer()) {
            node.settle();
        }
        assertThat(node.kernel.content()).isEmpty();
        assertThat(node.kernel.groupCount()).isZero();
        assertThat(node.kernel.asked(Change.ADD_ROUTE)).isEqualTo(1);
        assertThat(node.kernel.asked(Change.REPLACE_ROUTE)).isZero();
        assertThat(node.kernel.asked(Change.REMOVE_ROUTE)).isEqualTo(1);
    }

    @Test
    void aFailoverDoesNotQueueBehindManyRoutes() {
        node.put(RouteSource.EBGP, PREFIX, via("10.0.1.2"), via("10.0.2.2"));
        node.settle();
        node.kernel.slow = true;
        putMany(2 * FibSync.MAX_IN_FLIGHT * Fib.Batch.CAPACITY, "10.0.2.2");
        node.settle();
        node.link(1, false);
        node.settle();
        node.kernel.answer();
        assertThat(node.installed(PREFIX)).isEqualTo(List.of(hop("10.0.2.2", 2)));
        assertThat(node.kernel.asked(Change.ADD_ROUTE)).isEqualTo(1);
    }

    @Test
    void aRefusedRouteIsExplainedAndTriedAgain() {
        node.kernel.occupied.add(IpPrefix.parse(PREFIX));
        node.put(RouteSource.EBGP, PREFIX, via("10.0.1.2"));
        node.settle();
        assertThat(node.explain(PREFIX).kernel()).isEqualTo(new KernelStatus.Failed(ModelKernel.EEXIST, "errno 17"));
        assertThat(node.table.counters().failed()).isEqualTo(1);
        node.settleFor(10);
        // at once, then after 1, 2 and 4 seconds
        assertThat(node.kernel.asked(Change.ADD_ROUTE)).isEqualTo(4);
        node.kernel.occupied.clear();
        node.settleFor(60);
        assertThat(node.installed(PREFIX)).isNotEmpty();
        assertThat(node.table.counters().failed()).isZero();
        assertThat(node.events).extracting(Event::kind).contains("fib.refused", "fib.recovered");
    }

    @Test
    void aThousandRefusalsAreNotAThousandEvents() {
        for (int i = 0; i < 1000; i++) {
            node.kernel.occupied.add(IpPrefix.parse(prefix(i)));
        }
        putMany(1000, "10.0.1.2");
        node.settleFor(2);
        assertThat(node.events).hasSize(2);
        assertThat(node.events.getFirst().message())
                .isEqualTo("the kernel refused 20.0.0.0/24: errno 17; it is tried again");
        assertThat(node.events.getLast().message()).contains("999 more");
        assertThat(node.table.counters().failed()).isEqualTo(1000);
    }

    @Test
    void aRefusedRouteThatIsWithdrawnIsForgotten() {
        node.kernel.occupied.add(IpPrefix.parse(PREFIX));
        node.put(RouteSource.EBGP, PREFIX, via("10.0.1.2"));
        node.settle();
        node.remove(RouteSource.EBGP, PREFIX);
        node.settleFor(100);
        assertThat(node.table.counters().failed()).isZero();
        assertThat(node.kernel.asked(Change.REMOVE_ROUTE)).isZero();
        assertThat(node.kernel.groupCount()).isZero();
    }

    @Test
    void aRefusedGroupFailsItsRoutesAndCuresThemAll() {
        node.kernel.refusesGroups = true;
        putMany(2000, "10.0.1.2");
        node.settle();
        assertThat(node.table.counters().failed()).isEqualTo(2000);
        assertThat(node.explain(prefix(1999)).kernel()).isInstanceOf(KernelStatus.Failed.class);
        node.kernel.refusesGroups = false;
        node.settleFor(60);
        assertThat(node.kernel.content()).hasSize(2000);
        assertThat(node.table.counters().failed()).isZero();
    }

    @Test
    void anIdenticalTableCostsNothingAfterARestart() {
        putMany(1000, "10.0.1.2");
        node.put(RouteSource.IBGP, PREFIX, via("10.0.1.2"), via("10.0.2.2"));
        // two groups with equal contents: the routes tell which is which
        node.foreign("172.16.0.0/24", hop("10.0.1.2", 1), 4, 0);
        node.put(RouteSource.IBGP, "198.51.100.0/24", via("172.16.0.1"));
        node.put(RouteSource.IBGP, "203.0.113.0/24", via("172.16.0.1"));
        node.settle();
        node.kernel.asked.clear();
        node.restart();
        node.settle();
        assertThat(node.explain(PREFIX).kernel()).isInstanceOf(KernelStatus.Stale.class);
        assertThat(node.table.counters().stale()).isEqualTo(1003);
        node.put(RouteSource.IBGP, "203.0.113.0/24", via("172.16.0.1"));
        node.put(RouteSource.IBGP, "198.51.100.0/24", via("172.16.0.1"));
        node.put(RouteSource.IBGP, PREFIX, via("10.0.1.2"), via("10.0.2.2"));
        node.settle();
        putMany(1000, "10.0.1.2");
        node.table.sweep("end-of-RIB");
        node.settleFor(10);
        assertThat(node.kernel.asked).isEmpty();
        assertThat(node.table.counters().installed()).isEqualTo(1003);
        assertThat(node.table.counters().stale()).isZero();
    }

    @Test
    void newRoutesAfterARestartCostOnlyThemselves() {
        putMany(1000, "10.0.1.2");
        node.foreign("172.16.0.0/24", hop("10.0.1.2", 1), 4, 0);
        for (int i = 0; i < 1000; i++) {
            node.put(RouteSource.IBGP, prefix(4096 + i), via("172.16.0.1"));
        }
        node.settle();
        node.restart();
        node.settle();
        node.kernel.asked.clear();
        // the first of each group is new, and both groups have the same contents
        node.put(RouteSource.IBGP, PREFIX, via("172.16.0.1"));
        node.put(RouteSource.EBGP, "198.51.100.0/24", via("10.0.1.2"));
        putMany(1000, "10.0.1.2");
        for (int i = 0; i < 1000; i++) {
            node.put(RouteSource.IBGP, prefix(4096 + i), via("172.16.0.1"));
        }
        node.table.sweep("end-of-RIB");
        node.settle();
        assertThat(node.kernel.asked).containsOnlyKeys(Change.ADD_ROUTE);
        assertThat(node.kernel.asked(Change.ADD_ROUTE)).isEqualTo(2);
    }

    @Test
    void anAdoptedGroupIsReplacedInPlaceLikeAnyOther() {
        putMany(100, "10.0.1.2");
        node.foreign("172.16.0.0/24", hop("10.0.1.2", 1), 4, 0);
        node.put(RouteSource.IBGP, PREFIX, via("172.16.0.1"));
        node.settle();
        node.restart();
        putMany(100, "10.0.1.2");
        node.put(RouteSource.IBGP, PREFIX, via("172.16.0.1"));
        node.table.sweep("end-of-RIB");
        node.settle();
        node.kernel.asked.clear();
        node.foreign("172.16.0.0/24", hop("10.0.2.2", 2), 4, 0);
        node.settle();
        assertThat(node.kernel.asked).containsOnlyKeys(Change.PUT_GROUP);
        assertThat(node.installed(PREFIX)).containsExactly(hop("10.0.2.2", 2));
        assertThat(node.installed(prefix(0))).containsExactly(hop("10.0.1.2", 1));
    }

    @Test
    void sweepRemovesOnlyWhatIsStale() {
        putMany(10, "10.0.1.2");
        node.settle();
        node.restart();
        node.put(RouteSource.EBGP, prefix(0), via("10.0.1.2"));
        node.put(RouteSource.EBGP, prefix(1), via("10.0.2.2"));
        node.put(RouteSource.EBGP, PREFIX, via("10.0.2.2"));
        node.settleFor(600);
        assertThat(node.kernel.content()).hasSize(11);
        node.kernel.asked.clear();
        node.table.sweep("end-of-RIB");
        node.settle();
        assertThat(node.kernel.asked).containsOnlyKeys(Change.REMOVE_ROUTE);
        assertThat(node.kernel.asked(Change.REMOVE_ROUTE)).isEqualTo(8);
        assertThat(node.kernel.content().keySet())
                .map(IpPrefix::toString)
                .containsExactly(prefix(0), prefix(1), PREFIX);
        assertThat(node.events)
                .extracting(Event::message)
                .contains("8 routes of an earlier run are removed: end-of-RIB");
    }

    @Test
    void aStaleRouteThatIsWithdrawnLeavesAtOnce() {
        node.put(RouteSource.EBGP, PREFIX, via("10.0.1.2"));
        node.settle();
        node.restart();
        node.put(RouteSource.EBGP, PREFIX, via("10.0.1.2"));
        node.remove(RouteSource.EBGP, PREFIX);
        node.settle();
        assertThat(node.kernel.content()).isEmpty();
        assertThat(node.kernel.groupCount()).isZero();
    }

    @Test
    void routesThatDiedWithTheirLinkComeBackWhenItDoes() {
        putMany(1000, "10.0.1.2");
        node.settle();
        node.link(1, false);
        node.settleFor(3);
        assertThat(node.kernel.content()).isEmpty();
        assertThat(node.table.counters().installed()).isZero();
        node.link(1, true);
        node.settleFor(3);
        assertThat(node.kernel.content()).hasSize(1000);
    }

    @Test
    void aLinkThatFlapsUnnoticedIsRepairedByAReading() {
        putMany(1000, "10.0.1.2");
        node.put(RouteSource.EBGP, PREFIX, via("10.0.1.2"), via("10.0.2.2"));
        node.settle();
        node.kernel.asked.clear();
        node.link(1, false);
        node.link(1, true); // both events in one turn: what we want has not changed
        node.settleFor(3);
        assertThat(node.kernel.content()).hasSize(1001);
        assertThat(node.installed(PREFIX)).containsExactly(hop("10.0.1.2", 1), hop("10.0.2.2", 2));
        // the shared group kept its route and was only refilled
        assertThat(node.kernel.asked(Change.REPLACE_ROUTE)).isZero();
        assertThat(node.kernel.asked(Change.ADD_ROUTE)).isEqualTo(1000);
    }

    @Test
    void whatSomebodyElseRemovesIsPutBack() {
        putMany(3, "10.0.1.2");
        node.settle();
        node.kernel.removeByHand(IpPrefix.parse(prefix(1)));
        node.settleFor(1);
        assertThat(node.kernel.content()).hasSize(3);
        assertThat(node.kernel.reads).isEqualTo(2);
        assertThat(node.kernel.everyGroupIsUsed()).isTrue();
    }

    @Test
    void changesDuringAReadingAreMadeAfterIt() {
        putMany(3, "10.0.1.2");
        node.settle();
        node.kernel.removeByHand(IpPrefix.parse(prefix(1)));
        node.loop.execute(() -> node.remove(RouteSource.EBGP, prefix(0)));
        node.loop.schedule(100_000_000L, () -> {
            node.put(RouteSource.EBGP, prefix(2), via("10.0.2.2"));
            node.put(RouteSource.EBGP, PREFIX, via("10.0.2.2"));
        });
        node.settleFor(3);
        assertThat(node.kernel.content())
                .containsOnlyKeys(IpPrefix.parse(PREFIX), IpPrefix.parse(prefix(1)), IpPrefix.parse(prefix(2)));
        assertThat(node.installed(prefix(2))).containsExactly(hop("10.0.2.2", 2));
    }

    @Test
    void aKernelThatCannotBeReadIsReadAgain() {
        putMany(2, "10.0.1.2");
        node.settle();
        node.kernel.unreadable = true;
        node.kernel.removeByHand(IpPrefix.parse(prefix(1)));
        node.settleFor(1);
        assertThat(node.events).extracting(Event::kind).contains("fib.unreadable");
        node.put(RouteSource.EBGP, PREFIX, via("10.0.1.2"));
        node.settle();
        assertThat(node.installed(PREFIX)).isNotEmpty();
        node.kernel.unreadable = false;
        node.settleFor(10);
        assertThat(node.installed(prefix(1))).isNotEmpty();
    }

    @Test
    void aBusyQueueDoesNotPutAReadingOffForEver() {
        node.kernel.slow = true;
        putMany(100 * Fib.Batch.CAPACITY, "10.0.1.2");
        node.settle();
        node.kernel.answer();
        node.settle();
        node.kernel.removeByHand(IpPrefix.parse(prefix(0)));
        for (int i = 0; i < 2 * FibSync.MAX_IN_FLIGHT; i++) {
            node.loop.pass(100_000_000L);
            node.kernel.answer();
        }
        assertThat(node.kernel.reads).isEqualTo(2);
        assertThat(node.table.counters().pending()).isPositive();
        assertThat(node.installed(prefix(0))).isEmpty();
        while (node.kernel.answer()) {
            node.settle();
        }
        assertThat(node.installed(prefix(0))).isEqualTo(List.of(hop("10.0.1.2", 1)));
    }

    @Test
    void closingLeavesTheKernelAsItIs() {
        putMany(3, "10.0.1.2");
        node.settle();
        node.put(RouteSource.EBGP, PREFIX, via("10.0.1.2"));
        node.table.close();
        node.settleFor(100);
        assertThat(node.kernel.content()).hasSize(3);
    }
}

package dev.espalier.routing;

import static dev.espalier.routing.Node.hop;
import static dev.espalier.routing.Node.via;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.route.Fib;
import dev.espalier.route.Fib.Batch.Change;
import dev.espalier.route.NextHop;
import dev.espalier.route.RouteSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Routes with a backup: which events make one replaced group move them all, and that it comes before anything else. */
class BackupTest {

    private static final int ROUTES = 1000;
    private static final NextHop FIRST = via("10.0.1.2");
    private static final NextHop SECOND = via("10.0.2.2");
    private static final NextHop.Hop BY_FIRST = hop("10.0.1.2", 1);
    private static final NextHop.Hop BY_SECOND = hop("10.0.2.2", 2);

    private final Node node = Node.withTwoLinks();

    private static String prefix(int i) {
        return "20." + i / 256 + "." + i % 256 + ".0/24";
    }

    private void putAll(List<NextHop> nextHops, List<NextHop> backup) {
        for (int i = 0; i < ROUTES; i++) {
            node.put(RouteSource.EBGP, prefix(i), nextHops, backup);
        }
        node.settle();
        node.kernel.asked.clear();
    }

    private void assertAllBy(NextHop.Hop... hops) {
        assertThat(node.kernel.content()).hasSize(ROUTES);
        assertThat(Set.copyOf(node.kernel.content().values())).containsExactly(List.of(hops));
    }

    private void abandonFirst() {
        node.table.abandon(List.of(new NextHop.Via(IpAddress.parse("10.0.1.2"))));
    }

    @Test
    void anAbandonedNextHopIsReplacedInTheKernelDuringTheCallAndNoRouteIsTouched() {
        putAll(List.of(FIRST), List.of(SECOND));

        abandonFirst();

        assertAllBy(BY_SECOND);
        node.settle();
        assertThat(node.kernel.asked(Change.PUT_GROUP)).isEqualTo(1);
        assertThat(node.kernel.askedForRoutes()).isZero();
    }

    @Test
    void theReplacementDoesNotWaitForBatchesOfRoutesThatAreOnTheirWay() {
        putAll(List.of(FIRST), List.of(SECOND));
        node.kernel.slow = true;
        for (int i = 0; i < 10 * Fib.Batch.CAPACITY; i++) {
            node.put(RouteSource.EBGP, "30." + i / 256 + "." + i % 256 + ".0/24", SECOND);
        }
        node.settle();

        abandonFirst();

        for (int batch = 0; batch < 3; batch++) { // the two on their way, and the replacement
            assertThat(node.kernel.answer()).isTrue();
        }
        assertThat(node.installed(prefix(0))).containsExactly(BY_SECOND);
    }

    @Test
    void theKernelTakesTheBackupItselfWhenALinkDiesAndNoRouteIsTouched() {
        putAll(List.of(FIRST), List.of(SECOND));

        node.kernel.linkDown(1);
        assertAllBy(BY_SECOND);
        node.link(1, false);
        node.settleFor(5);

        assertAllBy(BY_SECOND);
        assertThat(node.kernel.askedForRoutes()).isZero();
    }

    @Test
    void aNextHopToWhichNoRouteLeadsAnyMoreIsReplacedByTheBackup() {
        node.foreign("198.51.100.0/24", BY_FIRST, 4, 0);
        putAll(List.of(via("198.51.100.1")), List.of(SECOND));
        assertAllBy(BY_FIRST);

        node.foreignGone("198.51.100.0/24", 4, 0);
        node.settle();

        assertAllBy(BY_SECOND);
        assertThat(node.kernel.askedForRoutes()).isZero();
    }

    @Test
    void observersAreToldAfterTheKernelWasGivenTheBackup() {
        putAll(List.of(FIRST), List.of(SECOND));
        List<List<NextHop.Hop>> seen = new ArrayList<>();
        node.table.track(IpAddress.parse("10.0.1.2"), 0, (_, _, _) -> seen.add(node.installed(prefix(0))));

        node.table.changed(new dev.espalier.route.Links.Event.LinkRemoved(1));
        node.settle();

        assertThat(seen).containsExactly(List.of(BY_SECOND));
    }

    @Test
    void ofSeveralNextHopsTheOthersTakeOverAndTheBackupOnlyWhenNoneIsLeft() {
        NextHop beside = via("10.0.1.3");
        putAll(List.of(FIRST, beside), List.of(SECOND));

        abandonFirst();
        assertAllBy(hop("10.0.1.3", 1));
        node.settle(); // what is on its way waits for its answer
        node.table.abandon(List.of(new NextHop.Via(IpAddress.parse("10.0.1.3"))));
        assertAllBy(BY_SECOND);

        node.settle();
        assertThat(node.kernel.askedForRoutes()).isZero();
    }

    @Test
    void aRouteWithoutBackupStaysWhereItIsUntilItIsTakenAway() {
        putAll(List.of(FIRST), List.of());

        abandonFirst();
        node.settle();

        assertAllBy(BY_FIRST);
        assertThat(node.kernel.asked).isEmpty();
    }

    @Test
    void aBackupThatDiesTooTakesTheRoutesAlong() {
        putAll(List.of(FIRST), List.of(SECOND));

        node.link(1, false);
        node.link(2, false);
        node.settleFor(5);

        assertThat(node.kernel.content()).isEmpty();
    }

    @Test
    void aBackupThatDiesFirstHarmsNothing() {
        putAll(List.of(FIRST), List.of(SECOND));

        node.link(2, false);
        node.settleFor(5);

        assertAllBy(BY_FIRST);
        assertThat(node.kernel.askedForRoutes()).isZero();
    }

    @Test
    void aNextHopIsBackAsSoonAsSomebodyVouchesForIt() {
        putAll(List.of(FIRST), List.of(SECOND));
        abandonFirst();

        node.table.reinstate(IpAddress.parse("10.0.1.2"), 0);
        node.settle();
        assertAllBy(BY_FIRST);

        abandonFirst();
        node.table.track(IpAddress.parse("10.0.1.2"), 0, (_, _, _) -> {});
        node.settle();
        assertAllBy(BY_FIRST);
    }

    @Test
    void whenTheSourceDecidesForTheBackupTheRoutesMoveWithoutAMomentElsewhere() {
        putAll(List.of(FIRST), List.of(SECOND));
        abandonFirst();

        for (int i = 0; i < ROUTES; i++) {
            node.put(RouteSource.EBGP, prefix(i), SECOND);
            if (i % 100 == 0) {
                node.settle();
                assertAllBy(BY_SECOND);
            }
        }
        node.settle();

        assertAllBy(BY_SECOND);
        assertThat(node.kernel.groupCount()).isEqualTo(1);
    }

    @Test
    void aNextHopThatResolvesByTheRouteFollowsItToTheBackup() {
        node.put(RouteSource.EBGP, "198.51.100.0/24", List.of(FIRST), List.of(SECOND));
        node.put(RouteSource.IBGP, "20.0.0.0/24", via("198.51.100.1"));
        node.settle();
        assertThat(node.installed("20.0.0.0/24")).containsExactly(BY_FIRST);

        node.link(1, false);
        node.settleFor(5);

        assertThat(node.state("198.51.100.1").resolvable()).isTrue();
        assertThat(node.installed("20.0.0.0/24")).containsExactly(BY_SECOND);
    }

    @Test
    void aBackupDoesNotResolveByTheVeryRouteItIsTheBackupOf() {
        node.put(RouteSource.EBGP, "10.0.0.0/8", List.of(FIRST), List.of(via("10.7.7.7")));
        node.settle();

        node.link(1, false);
        node.settleFor(5);

        assertThat(node.state("10.7.7.7").resolvable()).isFalse();
        assertThat(node.installed("10.0.0.0/8")).isEmpty();
    }

    @Test
    void linkLocalNextHopsAreKnownByTheirLink() {
        NextHop left = new NextHop.Via(IpAddress.parse("fe80::1"), 1, 1);
        NextHop right = new NextHop.Via(IpAddress.parse("fe80::1"), 2, 1);
        node.put(RouteSource.EBGP, "2001:db8::/32", List.of(left), List.of(right));
        node.put(RouteSource.EBGP, "192.0.2.0/24", List.of(left), List.of(right)); // RFC 8950
        node.settle();

        node.table.abandon(List.of(new NextHop.Via(IpAddress.parse("fe80::1"), 1, 1)));

        assertThat(node.installed("2001:db8::/32")).containsExactly(hop("fe80::1", 2));
        assertThat(node.installed("192.0.2.0/24")).containsExactly(hop("fe80::1", 2));
    }

    @Test
    void routesWithTheSameNextHopsAndBackupShareOneGroupAndOthersDoNot() {
        NextHop third = via("10.0.2.3");
        node.put(RouteSource.EBGP, prefix(0), List.of(FIRST), List.of(SECOND, third));
        node.put(RouteSource.EBGP, prefix(1), List.of(FIRST), List.of(third, SECOND));
        node.put(RouteSource.EBGP, prefix(2), List.of(FIRST), List.of(SECOND));
        node.put(RouteSource.EBGP, prefix(3), List.of(FIRST), List.of());
        node.settle();

        assertThat(node.kernel.groupCount()).isEqualTo(3);
    }

    @Test
    void aRestartFindsTheGroupsAsTheyAreAndChangesNothing() {
        putAll(List.of(FIRST), List.of(SECOND));

        node.restart();
        for (int i = 0; i < ROUTES; i++) {
            node.put(RouteSource.EBGP, prefix(i), List.of(FIRST), List.of(SECOND));
        }
        node.settle();

        assertThat(node.kernel.asked).isEmpty();
    }

    @Test
    void theBackupIsShownWithTheRouteAndInTheKernelAndWhenItStandsIn() {
        node.put(RouteSource.EBGP, prefix(0), List.of(FIRST), List.of(SECOND));
        node.settle();
        Explanation before = node.explain(prefix(0));
        assertThat(before.candidates().getFirst().backup()).containsExactly(SECOND);
        assertThat(before.kernel()).isEqualTo(new KernelStatus.Installed(List.of(BY_FIRST), List.of(BY_SECOND)));

        abandonFirst();
        node.settle();

        Explanation after = node.explain(prefix(0));
        assertThat(after.kernel()).isEqualTo(new KernelStatus.Installed(List.of(BY_SECOND), List.of()));
        assertThat(after.candidates().getFirst().because())
                .isEqualTo("the only route; its backup is in use until its source has decided anew, because none of its"
                        + " next hops is");
    }

    @Test
    void aDiscardHasNoBackup() {
        assertThatThrownBy(() -> node.table.group(AddressFamily.IPV4, List.of(new NextHop.Discard()), List.of(SECOND)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("discard");
    }
}

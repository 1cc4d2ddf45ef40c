package dev.espalier.routing;

import static dev.espalier.routing.Node.hop;
import static dev.espalier.routing.Node.via;
import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.route.NextHop;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a group sends to, by what is known of its next hops and its backup. */
class ResolvedGroupTest {

    private static final NextHop A = via("10.0.1.2");
    private static final NextHop B = via("10.0.1.3");
    private static final NextHop C = via("10.0.2.2");
    private static final NextHop D = via("10.0.2.3");

    private final Map<NextHop, ResolvedGroup.Reach> reach = new HashMap<>(Map.of(
            A, good(hop("10.0.1.2", 1)),
            B, good(hop("10.0.1.3", 1)),
            C, good(hop("10.0.2.2", 2)),
            D, good(hop("10.0.2.3", 2))));

    private static ResolvedGroup.Reach good(NextHop.Hop... hops) {
        return new ResolvedGroup.Reach(List.of(hops), false, "");
    }

    private void dead(NextHop nextHop) {
        reach.put(nextHop, new ResolvedGroup.Reach(List.of(), false, "dead"));
    }

    private void abandoned(NextHop nextHop) {
        reach.computeIfPresent(nextHop, (_, before) -> new ResolvedGroup.Reach(before.hops(), true, ""));
    }

    private ResolvedGroup of(List<NextHop> members, List<NextHop> backup) {
        return ResolvedGroup.of(members, backup, reach::get);
    }

    @Test
    void whileANextHopIsReachedTheBackupIsOnStandby() {
        assertThat(of(List.of(A), List.of(C)))
                .isEqualTo(new ResolvedGroup(List.of(hop("10.0.1.2", 1)), List.of(hop("10.0.2.2", 2)), false, ""));
    }

    @Test
    void theBackupStandsInWhenNoNextHopIsReached() {
        dead(A);

        assertThat(of(List.of(A), List.of(C)))
                .isEqualTo(new ResolvedGroup(List.of(hop("10.0.2.2", 2)), List.of(), true, "dead"));
    }

    @Test
    void ofSeveralNextHopsThoseLeftTakeAllAndTheBackupWaits() {
        dead(A);

        ResolvedGroup resolved = of(List.of(A, B), List.of(C));

        assertThat(resolved.hops()).containsExactly(hop("10.0.1.3", 1));
        assertThat(resolved.standsIn()).isFalse();
    }

    @Test
    void anAbandonedNextHopIsDoneWithoutWhereAnotherIsLeft() {
        abandoned(A);

        assertThat(of(List.of(A, B), List.of()).hops()).containsExactly(hop("10.0.1.3", 1));
        assertThat(of(List.of(A), List.of(C)).hops()).containsExactly(hop("10.0.2.2", 2));
    }

    @Test
    void anAbandonedNextHopIsAllThereIsWhereNothingElseIsLeft() {
        abandoned(A);
        dead(C);

        assertThat(of(List.of(C), List.of(A)).hops()).containsExactly(hop("10.0.1.2", 1));
        assertThat(of(List.of(A), List.of()).hops()).containsExactly(hop("10.0.1.2", 1));
        assertThat(of(List.of(A), List.of(C)).hops()).containsExactly(hop("10.0.1.2", 1));
    }

    @Test
    void aBackupThatHasDiedItselfLeavesNothing() {
        dead(A);
        dead(C);

        assertThat(of(List.of(A), List.of(C)).hops()).isEmpty();
        assertThat(of(List.of(A), List.of(C)).because()).isEqualTo("dead");
    }

    @Test
    void ofABackupOfTwoTheOneThatIsLeftStandsIn() {
        dead(A);
        dead(C);

        assertThat(of(List.of(A), List.of(C, D)).hops()).containsExactly(hop("10.0.2.3", 2));
    }

    @Test
    void aBackupByTheSameWayIsNoneAsLongAsThatWayIsInUse() {
        reach.put(C, good(hop("10.0.1.2", 1)));

        assertThat(of(List.of(A), List.of(C)).standby()).isEmpty();
    }

    @Test
    void theBackupKeepsItsWeightsWhenItStandsIn() {
        NextHop heavy = via("10.0.2.2", 3);
        reach.put(heavy, good(hop("10.0.2.2", 2)));
        dead(A);

        assertThat(of(List.of(A), List.of(heavy, D)).hops())
                .containsExactly(hop("10.0.2.2", 2, 3), hop("10.0.2.3", 2, 1));
    }
}

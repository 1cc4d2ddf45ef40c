package dev.espalier.bgp.fsm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.wire.ErrorCode;
import dev.espalier.bgp.wire.Message;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How we stay away from a neighbour that sends more than it may. */
class LongPauseTest {

    private static final Message.Notification TOO_MANY =
            new Message.Notification(ErrorCode.CEASE, ErrorCode.CEASE_MAXIMUM_PREFIXES);
    private static final FsmTimer IDLE_HOLD = new FsmTimer.IdleHold();

    private final FsmBench bench = new FsmBench();

    private List<Effect> fail(int pauseSeconds) {
        bench.start();
        bench.outgoingUp();
        return bench.step(new FsmEvent.Fault(bench.outgoing(), TOO_MANY, "too many prefixes", pauseSeconds));
    }

    @Test
    void thePauseLastsExactlyAsLongAsPeopleAreTold() {
        fail(300);
        long nanos = TimeUnit.SECONDS.toNanos(300);
        assertThat(bench.lastArm(IDLE_HOLD)).isEqualTo(new Effect.Arm(IDLE_HOLD, nanos, nanos));
        assertThat(bench.state()).isEqualTo(SessionState.IDLE);
        assertThat(bench.peerState().quiet()).isFalse();
    }

    @Test
    void theNeighborsConnectionsAreRefusedDuringThePauseAndTakenAfterIt() {
        fail(300);
        assertThat(bench.opened(FsmBench.IN)).containsExactly(new Effect.Abort(FsmBench.IN));
        assertThat(bench.expire(IDLE_HOLD)).anyMatch(Effect.Connect.class::isInstance);
        assertThat(bench.opened(FsmBench.IN)).contains(new Effect.SendOpen(FsmBench.IN));
    }

    @Test
    void aPauseForGoodHasNoTimerAndEndsWhenToldTo() {
        List<Effect> effects = fail(FsmEvent.Fault.FOR_GOOD);
        assertThat(effects.getLast()).isEqualTo(new Effect.Cancel(IDLE_HOLD));
        assertThat(bench.step(new FsmEvent.Resume())).anyMatch(Effect.Connect.class::isInstance);
    }

    @Test
    void resumingEndsALongPauseEarlyAndOnlyThat() {
        fail(300);
        assertThat(bench.step(new FsmEvent.Resume())).contains(new Effect.Cancel(IDLE_HOLD));
        assertThat(bench.step(new FsmEvent.Resume())).isEmpty();
        bench.refuseOutgoing(); // an ordinary pause begins
        assertThat(bench.step(new FsmEvent.Resume())).isEmpty();
        assertThat(bench.state()).isEqualTo(SessionState.IDLE);
    }
}

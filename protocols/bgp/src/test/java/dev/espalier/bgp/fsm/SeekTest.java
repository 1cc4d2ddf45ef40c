package dev.espalier.bgp.fsm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.wire.Message;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How a neighbour that is to connect is connected to, after a restart of ours. */
class SeekTest {

    private static final FsmTimer CONNECT_RETRY = new FsmTimer.ConnectRetry();
    private static final FsmTimer IDLE_HOLD = new FsmTimer.IdleHold();

    private final FsmBench bench = new FsmBench();

    @BeforeEach
    void startPassive() {
        bench.passive();
        assertThat(bench.start()).isEmpty();
    }

    @Test
    void aNeighborThatIsSoughtIsConnectedToAgainAndAgain() {
        assertThat(bench.step(new FsmEvent.Seek(0))).contains(new Effect.Connect(FsmBench.OUT));
        bench.lose(FsmBench.OUT);
        assertThat(bench.expire(CONNECT_RETRY)).anyMatch(Effect.Connect.class::isInstance);
    }

    @Test
    void theFirstAttemptTakesItsTurnAmongMany() {
        long nanos = TimeUnit.SECONDS.toNanos(2);
        assertThat(bench.step(new FsmEvent.Seek(nanos))).containsExactly(new Effect.Arm(CONNECT_RETRY, nanos, nanos));
        assertThat(bench.expire(CONNECT_RETRY)).contains(new Effect.Connect(FsmBench.OUT));
    }

    @Test
    void afterASessionItIsTheNeighborsToConnectAgain() {
        bench.step(new FsmEvent.Seek(0));
        bench.outgoingUp();
        assertThat(bench.state()).isEqualTo(SessionState.ESTABLISHED);
        bench.lose(bench.outgoing());
        assertThat(bench.expire(IDLE_HOLD)).noneMatch(Effect.Connect.class::isInstance);
        assertThat(bench.peerState().retrying()).isFalse();
    }

    @Test
    void aSessionThatIsUpIsNotSought() {
        bench.incomingUp();
        assertThat(bench.step(new FsmEvent.Seek(0))).isEmpty();
        bench.lose(FsmBench.IN);
        assertThat(bench.expire(IDLE_HOLD)).noneMatch(Effect.Connect.class::isInstance);
    }

    @Test
    void whoIsGivenUpIsNotConnectedToAnyMoreButMayStillCome() {
        bench.step(new FsmEvent.Seek(0));
        assertThat(bench.step(new FsmEvent.Await())).contains(new Effect.Cancel(CONNECT_RETRY));
        assertThat(bench.peerState().quiet()).isTrue();
        assertThat(bench.expire(CONNECT_RETRY)).noneMatch(Effect.Connect.class::isInstance);
        bench.incomingUp();
        assertThat(bench.state()).isEqualTo(SessionState.ESTABLISHED);
    }

    @Test
    void whatHasBeenAnsweredGoesOnWhenTheTimeIsOver() {
        bench.step(new FsmEvent.Seek(0));
        bench.opened(FsmBench.OUT);
        assertThat(bench.step(new FsmEvent.Await())).isEmpty();
        bench.receive(FsmBench.OUT, bench.open(90));
        bench.receive(FsmBench.OUT, new Message.Keepalive());
        assertThat(bench.state()).isEqualTo(SessionState.ESTABLISHED);
    }
}

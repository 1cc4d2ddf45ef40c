package dev.espalier.bgp.fsm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.fsm.ConnectionId.Side;
import dev.espalier.bgp.fsm.Effect.Failure;
import dev.espalier.bgp.wire.Capability;
import dev.espalier.bgp.wire.Family;
import dev.espalier.bgp.wire.Message;
import dev.espalier.bgp.wire.UpdateMessage;
import dev.espalier.net.Asn;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 4271 section 8.2.2, state by state and event by event. */
class PeerFsmTest {

    private static final Message KEEPALIVE = new Message.Keepalive();
    private static final Message UPDATE =
            new Message.Update(new UpdateMessage(List.of(), List.of(), Family.IPV4_UNICAST, List.of()));
    private static final Message REFRESH = new Message.RouteRefresh(1, 1, 0);

    private final FsmBench bench = new FsmBench();

    // ---- Idle ----

    @Test
    void aStartConnectsAndLimitsTheAttempt() {
        List<Effect> effects = bench.start();

        assertThat(effects).contains(new Effect.Connect(FsmBench.OUT));
        assertThat(bench.armed(new FsmTimer.ConnectRetry())).isEqualTo(FsmBench.RETRY_SECONDS);
        assertThat(bench.state()).isEqualTo(SessionState.CONNECT);
    }

    @Test
    void whoeverWaitsForItsTurnAmongManyAnswersANeighborThatCallsMeanwhile() {
        FsmEvent.Start turn = new FsmEvent.Start(TimeUnit.MILLISECONDS.toNanos(7));
        long nanos = TimeUnit.MILLISECONDS.toNanos(7);

        assertThat(bench.step(turn)).containsExactly(new Effect.Arm(new FsmTimer.ConnectRetry(), nanos, nanos));
        assertThat(bench.state()).isEqualTo(SessionState.ACTIVE);
        bench.incomingUp();
        assertThat(bench.state()).isEqualTo(SessionState.ESTABLISHED);
        assertThat(bench.seen())
                .contains(new Effect.Cancel(new FsmTimer.ConnectRetry()))
                .noneMatch(Effect.Connect.class::isInstance);
    }

    @Test
    void whoseTurnItIsConnects() {
        bench.step(new FsmEvent.Start(1));

        assertThat(bench.expire(new FsmTimer.ConnectRetry())).contains(new Effect.Connect(FsmBench.OUT));
    }

    @Test
    void aPassivePeerNeverConnects() {
        bench.passive();
        assertThat(bench.start()).isEmpty();
        assertThat(bench.state()).isEqualTo(SessionState.ACTIVE);

        bench.incomingUp();
        bench.lose(FsmBench.IN);
        assertThat(bench.seen()).noneMatch(Effect.Connect.class::isInstance);
    }

    @Test
    void aStoppedNeighborRefusesConnections() {
        assertThat(bench.opened(FsmBench.IN)).containsExactly(new Effect.Abort(FsmBench.IN));
        assertThat(bench.state()).isEqualTo(SessionState.IDLE);
    }

    @ParameterizedTest
    @CsvSource({"1,2", "2,4", "3,8", "6,60", "9,60"})
    void everyFailureDoublesThePauseUpToAMinute(int failures, int nextSeconds) {
        bench.start();
        for (int i = 0; i < failures; i++) {
            bench.refuseOutgoing();
            bench.expire(new FsmTimer.IdleHold());
        }
        bench.refuseOutgoing();

        assertThat(bench.armed(new FsmTimer.IdleHold())).isEqualTo(nextSeconds);
        assertThat(bench.state()).isEqualTo(SessionState.IDLE);
    }

    @Test
    void aSessionThatWasStableMakesThePauseShortAgain() {
        bench.start();
        for (int i = 0; i < 5; i++) {
            bench.refuseOutgoing();
            bench.expire(new FsmTimer.IdleHold());
        }
        bench.outgoingUp();
        bench.pass(60);
        bench.lose(bench.outgoing());

        assertThat(bench.armed(new FsmTimer.IdleHold())).isEqualTo(1);
    }

    @Test
    void aSessionThatWeEndedBeforeItWasStableDoesNot() {
        bench.start();
        bench.refuseOutgoing();
        bench.expire(new FsmTimer.IdleHold());
        bench.outgoingUp();
        bench.pass(59);
        bench.step(new FsmEvent.Fault(bench.outgoing(), new Message.Notification(3, 1), "not understood"));

        assertThat(bench.armed(new FsmTimer.IdleHold())).isEqualTo(2);
    }

    @Test
    void aSessionThatTheNeighborEndedIsTriedAgainSoonHoweverOften() {
        bench.start();
        for (int i = 0; i < 5; i++) {
            bench.outgoingUp();
            bench.pass(1);
            bench.lose(bench.outgoing());
            assertThat(bench.armed(new FsmTimer.IdleHold())).isEqualTo(1);
            bench.expire(new FsmTimer.IdleHold());
        }
    }

    @Test
    void aConnectionDuringThePauseWaitsUnread() {
        bench.start();
        bench.refuseOutgoing();
        assertThat(bench.opened(FsmBench.IN)).containsExactly(new Effect.Park(FsmBench.IN));
        assertThat(bench.state()).isEqualTo(SessionState.IDLE);

        assertThat(bench.expire(new FsmTimer.IdleHold()))
                .contains(new Effect.SendOpen(FsmBench.IN))
                .noneMatch(Effect.Connect.class::isInstance);
        assertThat(bench.state()).isEqualTo(SessionState.OPEN_SENT);
    }

    // ---- Connect and Active ----

    @Test
    void aRefusedConnectionLeavesUsListeningUntilTheRetryTimer() {
        bench.start();
        List<Effect> effects = bench.step(new FsmEvent.Lost(FsmBench.OUT, "connection refused"));

        assertThat(effects).singleElement().isInstanceOfSatisfying(Effect.Failed.class, failed -> {
            assertThat(failed.failure()).isEqualTo(Failure.UNREACHABLE);
            assertThat(failed.reason()).contains("10.0.0.2", "179", "connection refused");
        });
        assertThat(bench.state()).isEqualTo(SessionState.ACTIVE);
        assertThat(bench.expire(new FsmTimer.ConnectRetry()))
                .contains(new Effect.Connect(new ConnectionId(Side.OUTGOING, 2)));
    }

    @Test
    void anAttemptWithoutAnswerIsGivenUpForAnother() {
        bench.start();
        List<Effect> effects = bench.expire(new FsmTimer.ConnectRetry());

        assertThat(effects)
                .contains(new Effect.Abort(FsmBench.OUT), new Effect.Connect(new ConnectionId(Side.OUTGOING, 2)));
        assertThat(bench.state()).isEqualTo(SessionState.CONNECT);
        // The first attempt succeeds after all: too late.
        assertThat(bench.opened(FsmBench.OUT)).containsExactly(new Effect.Abort(FsmBench.OUT));
    }

    @Test
    void anAttemptWithoutAnswerNamesThePasswordAsAPossibleCause() {
        bench.password();
        bench.start();
        assertThat(bench.expire(new FsmTimer.ConnectRetry()))
                .filteredOn(Effect.Failed.class::isInstance)
                .singleElement()
                .asString()
                .contains("wrong or missing password");
    }

    @Test
    void anOpenConnectionGetsOurOpenAndAGenerousHoldTimer() {
        bench.start();
        assertThat(bench.opened(FsmBench.OUT))
                .contains(new Effect.Cancel(new FsmTimer.ConnectRetry()), new Effect.SendOpen(FsmBench.OUT));
        assertThat(bench.armed(new FsmTimer.Hold(FsmBench.OUT))).isEqualTo(240);
        assertThat(bench.state()).isEqualTo(SessionState.OPEN_SENT);
    }

    // ---- OpenSent ----

    @Test
    void anAcceptableOpenIsConfirmed() {
        bench.start();
        bench.opened(FsmBench.OUT);
        List<Effect> effects = bench.receive(FsmBench.OUT, bench.open(30));

        assertThat(effects).contains(new Effect.Send(FsmBench.OUT, KEEPALIVE));
        assertThat(bench.armed(new FsmTimer.Hold(FsmBench.OUT))).isEqualTo(30);
        assertThat(bench.armed(new FsmTimer.Keepalive(FsmBench.OUT))).isEqualTo(10);
        assertThat(bench.state()).isEqualTo(SessionState.OPEN_CONFIRM);
    }

    @Test
    void aHoldTimeOfZeroMeansNoTimers() {
        bench.start();
        bench.opened(FsmBench.OUT);
        List<Effect> effects = bench.receive(FsmBench.OUT, bench.open(0));

        assertThat(effects)
                .contains(new Effect.Cancel(new FsmTimer.Hold(FsmBench.OUT)))
                .noneMatch(Effect.Arm.class::isInstance);
    }

    @Test
    void aConnectionLostBeforeTheOpenLeadsToActive() {
        bench.start();
        bench.opened(FsmBench.OUT);
        List<Effect> effects = bench.lose(FsmBench.OUT);

        assertThat(effects)
                .anyMatch(e -> e instanceof Effect.Failed(Failure failure, String r) && failure == Failure.LOST);
        assertThat(bench.state()).isEqualTo(SessionState.ACTIVE);
        assertThat(bench.armed(new FsmTimer.ConnectRetry())).isEqualTo(FsmBench.RETRY_SECONDS);
    }

    @Test
    void noOpenInTimeIsAHoldTimerExpiry() {
        bench.start();
        bench.opened(FsmBench.OUT);
        assertThat(bench.expire(new FsmTimer.Hold(FsmBench.OUT)))
                .contains(
                        new Effect.Send(FsmBench.OUT, new Message.Notification(4, 0)), new Effect.Close(FsmBench.OUT));
        assertThat(bench.state()).isEqualTo(SessionState.IDLE);
    }

    @Test
    void anythingButAnOpenIsAnErrorOfTheStateMachine() {
        assertThat(inOpenSent(KEEPALIVE)).contains(fsmError(1, 4));
        assertThat(inOpenSent(UPDATE)).contains(fsmError(1, 2));
        assertThat(inOpenSent(REFRESH)).contains(fsmError(1, 5));
    }

    @Test
    void noFamilyInCommonIsSaidWithTheCapabilitiesThatAreMissing() {
        bench.start();
        bench.opened(FsmBench.OUT);
        Capability theirs = new Capability.Multiprotocol(Family.IPV6_UNICAST);
        byte[] missing = {1, 4, 0, 1, 0, 1};
        assertThat(bench.receive(FsmBench.OUT, bench.open(90, theirs)))
                .contains(new Effect.Send(FsmBench.OUT, new Message.Notification(2, 7, missing)));
    }

    @Test
    void aFourOctetAsOfZeroOrOfTheStandInIsRefused() {
        for (long asn : new long[] {0, 23456}) {
            FsmBench other = new FsmBench();
            other.start();
            other.opened(FsmBench.OUT);
            Capability theirs = new Capability.FourOctetAs(new Asn(asn));
            assertThat(other.receive(FsmBench.OUT, other.open(90, theirs)))
                    .contains(new Effect.Send(FsmBench.OUT, new Message.Notification(2, 2)));
        }
    }

    @Test
    void whatWeRefuseOnOneConnectionIsNotAwaitedOnTheOther() {
        bench.start();
        bench.opened(FsmBench.OUT);
        bench.opened(FsmBench.IN);
        List<Effect> effects = bench.receive(FsmBench.IN, bench.openOf(65009));

        assertThat(effects)
                .contains(
                        new Effect.Send(FsmBench.IN, new Message.Notification(2, 2)),
                        new Effect.Close(FsmBench.IN),
                        new Effect.Close(FsmBench.OUT));
        assertThat(bench.state()).isEqualTo(SessionState.IDLE);
    }

    // ---- OpenConfirm ----

    @Test
    void aKeepaliveEstablishes() {
        bench.start();
        bench.opened(FsmBench.OUT);
        bench.receive(FsmBench.OUT, bench.open(90));
        assertThat(bench.receive(FsmBench.OUT, KEEPALIVE)).anyMatch(Effect.Established.class::isInstance);
        assertThat(bench.state()).isEqualTo(SessionState.ESTABLISHED);
    }

    @Test
    void anUpdateInOpenConfirmEstablishesToo() {
        bench.start();
        bench.opened(FsmBench.OUT);
        bench.receive(FsmBench.OUT, bench.open(90));
        assertThat(bench.receive(FsmBench.OUT, UPDATE)).anyMatch(Effect.Established.class::isInstance);
    }

    @Test
    void anOpenOrARefreshInOpenConfirmIsAnError() {
        bench.start();
        bench.opened(FsmBench.OUT);
        bench.receive(FsmBench.OUT, bench.open(90));
        assertThat(bench.receive(FsmBench.OUT, bench.open(90))).contains(fsmError(2, 1));

        FsmBench other = new FsmBench();
        other.start();
        other.opened(FsmBench.OUT);
        other.receive(FsmBench.OUT, other.open(90));
        assertThat(other.receive(FsmBench.OUT, REFRESH)).contains(fsmError(2, 5));
    }

    @Test
    void aLossInOpenConfirmLeadsToAPause() {
        bench.start();
        bench.opened(FsmBench.OUT);
        bench.receive(FsmBench.OUT, bench.open(90));
        bench.lose(FsmBench.OUT);
        assertThat(bench.state()).isEqualTo(SessionState.IDLE);
        assertThat(bench.armed(new FsmTimer.IdleHold())).isEqualTo(1);
    }

    // ---- Established ----

    @Test
    void keepalivesGoOutAgainAndAgain() {
        bench.start();
        bench.outgoingUp();
        assertThat(bench.expire(new FsmTimer.Keepalive(FsmBench.OUT)))
                .contains(new Effect.Send(FsmBench.OUT, KEEPALIVE));
        assertThat(bench.armed(new FsmTimer.Keepalive(FsmBench.OUT))).isEqualTo(30);
    }

    @Test
    void timersAreJitteredAsSectionTenSays() {
        bench.start();
        bench.outgoingUp();
        Effect.Arm keepalive = bench.lastArm(new FsmTimer.Keepalive(FsmBench.OUT));
        assertThat(keepalive.shortest()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(22_500));
        assertThat(keepalive.longest()).isEqualTo(TimeUnit.SECONDS.toNanos(30));
        Effect.Arm hold = bench.lastArm(new FsmTimer.Hold(FsmBench.OUT));
        assertThat(hold.shortest()).isEqualTo(hold.longest());
    }

    @Test
    void silenceEndsTheSession() {
        bench.start();
        bench.outgoingUp();
        List<Effect> effects = bench.expire(new FsmTimer.Hold(FsmBench.OUT));
        assertThat(effects).contains(new Effect.Send(FsmBench.OUT, new Message.Notification(4, 0)));
        assertThat(FsmBench.closed(effects).sent()).isEqualTo(new Message.Notification(4, 0));
        assertThat(FsmBench.closed(effects).restartMayFollow()).isFalse();
    }

    @Test
    void anOpenInEstablishedIsAnError() {
        bench.start();
        bench.outgoingUp();
        assertThat(bench.receive(FsmBench.OUT, bench.open(90))).contains(fsmError(3, 1));
    }

    @Test
    void keepalivesUpdatesAndRefreshesChangeNothing() {
        bench.start();
        bench.outgoingUp();
        for (Message message : List.of(KEEPALIVE, UPDATE, REFRESH)) {
            assertThat(bench.receive(FsmBench.OUT, message)).isEmpty();
        }
    }

    @Test
    void aNotificationEndsTheSessionAndIsPassedOn() {
        bench.start();
        bench.outgoingUp();
        Message.Notification cease = new Message.Notification(6, 4);
        List<Effect> effects = bench.receive(FsmBench.OUT, cease);
        assertThat(effects).contains(new Effect.Close(FsmBench.OUT)).noneMatch(Effect.Send.class::isInstance);
        assertThat(FsmBench.closed(effects).received()).isEqualTo(cease);
        assertThat(bench.state()).isEqualTo(SessionState.IDLE);
    }

    @Test
    void aStopTellsTheNeighborAndForgetsTheTimers() {
        bench.start();
        bench.outgoingUp();
        Message.Notification cease = new Message.Notification(6, 2);
        List<Effect> effects = bench.step(new FsmEvent.Stop(cease, "shut down"));
        assertThat(effects).contains(new Effect.Send(FsmBench.OUT, cease), new Effect.Close(FsmBench.OUT));
        assertThat(bench.state()).isEqualTo(SessionState.IDLE);
        assertThat(bench.expire(new FsmTimer.Keepalive(FsmBench.OUT))).isEmpty();
        assertThat(bench.expire(new FsmTimer.Hold(FsmBench.OUT))).isEmpty();
        assertThat(bench.expire(new FsmTimer.IdleHold())).isEmpty();
        assertThat(bench.expire(new FsmTimer.ConnectRetry())).isEmpty();
    }

    @Test
    void aSilentStopSendsNothing() {
        bench.gracefulRestart();
        bench.start();
        bench.outgoingUp();
        List<Effect> effects = bench.step(new FsmEvent.Stop(null, "restarting"));
        assertThat(effects).contains(new Effect.Close(FsmBench.OUT)).noneMatch(Effect.Send.class::isInstance);
    }

    // ---- old connections ----

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 7})
    void whatAnUnknownConnectionSaysChangesNothing(int number) {
        bench.start();
        bench.outgoingUp();
        PeerState before = bench.peerState();
        for (Side side : Side.values()) {
            ConnectionId old = new ConnectionId(side, number);
            assertThat(bench.lose(old)).isEmpty();
            assertThat(bench.receive(old, new Message.Notification(6, 2))).isEmpty();
            assertThat(bench.receive(old, KEEPALIVE)).isEmpty();
            assertThat(bench.expire(new FsmTimer.Hold(old))).isEmpty();
            assertThat(bench.expire(new FsmTimer.Keepalive(old))).isEmpty();
            assertThat(bench.step(new FsmEvent.Fault(old, new Message.Notification(1, 1), "old")))
                    .isEmpty();
        }
        assertThat(bench.peerState()).isEqualTo(before);
    }

    private static List<Effect> inOpenSent(Message message) {
        FsmBench bench = new FsmBench();
        bench.start();
        bench.opened(FsmBench.OUT);
        return bench.receive(FsmBench.OUT, message);
    }

    /** RFC 6608: the data is the type of the unexpected message. */
    private static Effect fsmError(int subcode, int type) {
        return new Effect.Send(FsmBench.OUT, new Message.Notification(5, subcode, new byte[] {(byte) type}));
    }

    @Test
    void aRestartedNeighborIsRecognisedByItsNewOpen() {
        bench.gracefulRestart();
        Capability restart =
                new Capability.GracefulRestart(true, false, 120, List.of(new Capability.RestartFamily(1, 1, true)));
        bench.start();
        bench.incomingUp(restart);
        ConnectionId again = new ConnectionId(Side.INCOMING, 2);
        assertThat(bench.opened(again)).contains(new Effect.SendOpen(again));
        assertThat(bench.state()).isEqualTo(SessionState.ESTABLISHED);

        List<Effect> effects = bench.receive(again, bench.open(90, restart));

        assertThat(effects).contains(new Effect.Abort(FsmBench.IN)).noneMatch(FsmBench::isNotification);
        assertThat(FsmBench.closed(effects).restartMayFollow()).isTrue();
        assertThat(bench.state()).isEqualTo(SessionState.OPEN_CONFIRM);
        assertThat(bench.receive(again, KEEPALIVE)).anyMatch(Effect.Established.class::isInstance);
    }

    @Test
    void withoutGracefulRestartAnEstablishedSessionWins() {
        bench.start();
        bench.incomingUp();
        ConnectionId again = new ConnectionId(Side.INCOMING, 2);
        assertThat(bench.opened(again))
                .containsExactly(new Effect.Send(again, new Message.Notification(6, 7)), new Effect.Close(again));
        assertThat(bench.state()).isEqualTo(SessionState.ESTABLISHED);
    }

    @Test
    void aLossWithoutNotificationMayBeARestart() {
        bench.gracefulRestart();
        Capability restart = new Capability.GracefulRestart(false, false, 120, List.of());
        bench.start();
        bench.incomingUp(restart);
        assertThat(FsmBench.closed(bench.lose(FsmBench.IN)).restartMayFollow()).isTrue();
    }
}

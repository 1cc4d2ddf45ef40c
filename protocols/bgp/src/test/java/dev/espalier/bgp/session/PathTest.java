package dev.espalier.bgp.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.fsm.SessionState;
import dev.espalier.bgp.session.Lab.Box;
import dev.espalier.bgp.wire.ErrorCode;
import dev.espalier.bgp.wire.Message;
import dev.espalier.net.IpAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a session makes of what BFD says of the path (RFC 5882). */
class PathTest {

    private static final Message.Notification BFD_DOWN =
            new Message.Notification(ErrorCode.CEASE, ErrorCode.CEASE_BFD_DOWN);
    private static final String WHY = "no control packet came for the detection time of 150 ms";

    private final Lab lab = new Lab(1);

    @Test
    void aPathThatFailsEndsTheSessionWithCeaseBfdDownAndItsRoutesAreNotKept() {
        Box a = up(false, 0);
        a.paths.all(Liveness.Condition.UP, "", false);
        a.paths.all(Liveness.Condition.FAILED, WHY, false);
        lab.time.settle();
        SessionObserver.Closed closed = a.only().closed.getFirst();
        assertThat(closed.sent()).isEqualTo(BFD_DOWN);
        assertThat(closed.restartMayFollow()).isFalse();
        assertThat(closed.reason()).contains("BFD").contains(WHY);
        assertThat(a.status().lastDown()).contains("BFD found the path dead");
    }

    @Test
    void withGracefulRestartAPathThatFailsWithTheControlPlaneKeepsTheRoutesAsWhenTcpBreaks() {
        Box a = up(false, 120);
        a.paths.all(Liveness.Condition.FAILED, WHY, false);
        lab.time.settle();
        SessionObserver.Closed closed = a.only().closed.getFirst();
        assertThat(closed.sent()).isNull();
        assertThat(closed.restartMayFollow()).isTrue();
        assertThat(closed.reason()).contains("BFD");
    }

    @Test
    void withGracefulRestartAPathThatFailsByItselfTakesTheRoutesAlong() {
        Box a = up(false, 120);
        a.paths.all(Liveness.Condition.FAILED, WHY, true);
        lab.time.settle();
        SessionObserver.Closed closed = a.only().closed.getFirst();
        assertThat(closed.sent())
                .as("a Hard Reset (RFC 8538), or the neighbour would keep our routes")
                .isEqualTo(new Message.Notification(ErrorCode.CEASE, ErrorCode.CEASE_HARD_RESET, new byte[] {
                    ErrorCode.CEASE, ErrorCode.CEASE_BFD_DOWN
                }));
        assertThat(closed.restartMayFollow()).isFalse();
    }

    @Test
    void aPathThatNeverWasUpOrWasTakenDownOnPurposeDoesNotTouchTheSession() {
        Box a = up(false, 0);
        a.paths.all(Liveness.Condition.NOT_UP, "the peer's session was taken down by its operator (AdminDown)", false);
        lab.time.run(Duration.ofMinutes(1));
        assertThat(a.only().closed).isEmpty();
        assertThat(a.status().state()).isEqualTo(SessionState.ESTABLISHED);
    }

    @Test
    void afterAFailureTheSessionComesUpAgainWithoutBfdUnlessItIsStrict() {
        Box a = up(false, 0);
        a.paths.all(Liveness.Condition.FAILED, WHY, false);
        lab.time.run(Duration.ofSeconds(30));
        assertThat(a.only().established).isEqualTo(2);
    }

    @Test
    void aStrictSessionSendsNoOpenBeforeThePathIsUpAndSaysAfterAWhileWhy() {
        Box a = lab.speaker(
                "10.0.0.1", 65001, Lab.peer("10.0.0.2", 65002).bfd(true).build());
        Box b = lab.speaker("10.0.0.2", 65002, Lab.peer("10.0.0.1", 65001).build());
        a.sessions.start();
        b.sessions.start();
        lab.time.run(Duration.ofSeconds(9));
        assertThat(a.status().state()).isEqualTo(SessionState.IDLE);
        assertThat(a.status().messagesSent()).isZero();
        assertThat(a.status().lastError()).isNull();
        lab.time.run(Duration.ofSeconds(2));
        assertThat(a.status().lastError()).contains("waits for BFD").contains("the peer has not been heard");
        lab.time.run(Duration.ofMinutes(2));
        assertThat(a.eventsOf("bgp.session.failed")).as("said once").hasSize(1);
        a.paths.all(Liveness.Condition.UP, "", false);
        assertThat(lab.converges(Duration.ofSeconds(10), a, b)).isTrue();
    }

    @Test
    void aStrictRangeWatchesWhoeverConnectsAndAnswersNobodyBeforeThePathIsUp() {
        Box a = lab.speaker(
                "10.0.0.1", 65001, Lab.range("10.0.0.0/24", 5).bfd(true).build());
        Box b = lab.speaker(
                "10.0.0.2", 65002, Lab.peer("10.0.0.1", 65001).retry(1).build());
        a.sessions.start();
        assertThat(a.paths.watched).as("nobody has come").isEmpty();
        b.sessions.start();
        lab.time.run(Duration.ofSeconds(9));
        assertThat(a.paths.watched.keySet()).singleElement().satisfies(path -> {
            assertThat(path.remote()).hasToString("10.0.0.2");
            assertThat(path.local()).hasToString("10.0.0.1");
        });
        assertThat(a.status().state()).isEqualTo(SessionState.IDLE);
        assertThat(a.status().messagesSent()).isZero();
        a.paths.all(Liveness.Condition.UP, "", false);
        assertThat(lab.converges(Duration.ofSeconds(10), a, b)).isTrue();
        a.paths.all(Liveness.Condition.FAILED, WHY, false);
        lab.time.run(Duration.ofSeconds(30));
        assertThat(a.status().state()).isEqualTo(SessionState.IDLE);
        a.paths.all(Liveness.Condition.UP, "", false);
        lab.time.run(Duration.ofSeconds(30));
        assertThat(a.only().established).isEqualTo(2);
    }

    @Test
    void whoDoesNotComeBackToAStrictRangeIsWatchedNoLonger() {
        Box a = lab.speaker(
                "10.0.0.1", 65001, Lab.range("10.0.0.0/24", 5).bfd(true).build());
        Box b = lab.speaker("10.0.0.2", 65002, Lab.peer("10.0.0.1", 65001).build());
        a.sessions.start();
        b.sessions.start();
        lab.time.run(Duration.ofSeconds(1));
        assertThat(a.paths.watched).hasSize(1);
        b.sessions.stop("gone");
        lab.time.run(Duration.ofMinutes(2));
        assertThat(a.sessions.entries()).isEmpty();
        assertThat(a.paths.watched).isEmpty();
    }

    @Test
    void aStrictSessionWhosePathFailsWaitsForItAgain() {
        Box a = up(true, 0);
        a.paths.all(Liveness.Condition.FAILED, WHY, false);
        lab.time.run(Duration.ofMinutes(1));
        assertThat(a.only().closed).hasSize(1);
        assertThat(a.status().state()).isEqualTo(SessionState.IDLE);
        assertThat(a.status().lastError()).contains("waits for BFD").contains(WHY);
        a.paths.all(Liveness.Condition.UP, "", false);
        lab.time.run(Duration.ofSeconds(30));
        assertThat(a.only().established).isEqualTo(2);
    }

    @Test
    void aStrictSessionThatIsEstablishedOutlivesBfdBeingTakenDownOnPurpose() {
        Box a = up(true, 0);
        a.paths.all(Liveness.Condition.NOT_UP, "AdminDown", false);
        lab.time.run(Duration.ofMinutes(1));
        assertThat(a.only().closed).isEmpty();
    }

    @Test
    void aNeighbourFromARangeIsWatchedAsLongAsItsSessionLasts() {
        Box a = lab.speaker(
                "10.0.0.1", 65001, Lab.range("10.0.0.0/24", 10).bfd(false).build());
        Box b = lab.speaker("10.0.0.2", 65002, Lab.peer("10.0.0.1", 65001).build());
        a.sessions.start();
        lab.time.run(Duration.ofSeconds(1));
        assertThat(a.paths.watched).isEmpty();
        b.sessions.start();
        assertThat(lab.converges(Duration.ofSeconds(10), a, b)).isTrue();
        assertThat(a.paths.watched.keySet()).singleElement().satisfies(target -> {
            assertThat(target.remote()).isEqualTo(IpAddress.parse("10.0.0.2"));
            assertThat(target.local()).isEqualTo(IpAddress.parse("10.0.0.1"));
        });
        a.paths.all(Liveness.Condition.FAILED, WHY, false);
        lab.time.settle();
        assertThat(a.recorders.getFirst().closed.getFirst().sent()).isEqualTo(BFD_DOWN);
        assertThat(a.paths.watched).isEmpty();
    }

    @Test
    void whatAWatchThatHasEndedStillSaysIsNotAboutTheNextSession() {
        Box a = lab.speaker(
                "10.0.0.1", 65001, Lab.range("10.0.0.0/24", 10).bfd(false).build());
        Box b = lab.speaker(
                "10.0.0.2", 65002, Lab.peer("10.0.0.1", 65001).retry(1).build());
        a.sessions.start();
        b.sessions.start();
        assertThat(lab.converges(Duration.ofSeconds(10), a, b)).isTrue();
        Liveness.Observer former = a.paths.watched.values().iterator().next();
        a.paths.all(Liveness.Condition.FAILED, WHY, false);
        lab.time.run(Duration.ofSeconds(20));
        assertThat(a.recorders.getLast().up()).isTrue();
        former.changed(new Liveness.Report(Liveness.Condition.FAILED, WHY, false));
        lab.time.settle();
        assertThat(a.recorders.getLast().up()).isTrue();
    }

    @Test
    void bfdIsSwitchedOnAndOffWithoutAResetOfTheSession() {
        Box a = lab.speaker("10.0.0.1", 65001, Lab.peer("10.0.0.2", 65002).build());
        Box b = lab.speaker("10.0.0.2", 65002, Lab.peer("10.0.0.1", 65001).build());
        a.sessions.start();
        b.sessions.start();
        assertThat(lab.converges(Duration.ofSeconds(10), a, b)).isTrue();
        a.sessions.reconfigure(Lab.config(
                "10.0.0.1", 65001, Lab.peer("10.0.0.2", 65002).bfd(false).build()));
        lab.time.settle();
        assertThat(a.paths.watched).hasSize(1);
        a.sessions.reconfigure(
                Lab.config("10.0.0.1", 65001, Lab.peer("10.0.0.2", 65002).build()));
        lab.time.settle();
        assertThat(a.paths.watched).isEmpty();
        assertThat(a.only().closed).isEmpty();
    }

    @Test
    void aNeighbourIsOneHopAwayIfNothingFromFurtherAwayCouldBeItOrItIsOnALink() {
        assertThat(multihop(1, 0)).as("external, direct").isFalse();
        assertThat(multihop(255, 255)).as("ttlSecurity, one hop").isFalse();
        assertThat(multihop(255, 254)).as("ttlSecurity, two hops").isTrue();
        assertThat(multihop(255, 0)).as("internal").isTrue();
        assertThat(multihop(2, 0)).as("ebgpMultihop").isTrue();
    }

    private static boolean multihop(int ttl, int minimum) {
        PeerConfig peer = Lab.peer("10.0.0.2", 65002).ttl(ttl, minimum).build();
        return !PathWatch.directlyConnected(peer, (PeerConfig.Remote.Address) peer.remote());
    }

    private Box up(boolean strict, int gracefulRestart) {
        Box a = lab.speaker(
                "10.0.0.1",
                65001,
                Lab.peer("10.0.0.2", 65002)
                        .bfd(strict)
                        .gracefulRestart(gracefulRestart)
                        .build());
        Box b = lab.speaker(
                "10.0.0.2",
                65002,
                Lab.peer("10.0.0.1", 65001).gracefulRestart(gracefulRestart).build());
        a.sessions.start();
        b.sessions.start();
        lab.time.settle();
        a.paths.all(Liveness.Condition.UP, "", false);
        assertThat(lab.converges(Duration.ofSeconds(10), a, b)).isTrue();
        return a;
    }
}

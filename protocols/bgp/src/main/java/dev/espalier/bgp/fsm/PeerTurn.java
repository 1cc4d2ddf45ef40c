package dev.espalier.bgp.fsm;

import static dev.espalier.bgp.fsm.PeerFsm.COLLISION_SECONDS;
import static dev.espalier.bgp.fsm.PeerFsm.OPEN_HOLD_SECONDS;
import static dev.espalier.bgp.fsm.PeerFsm.STABLE_SECONDS;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.fsm.ConnectionId.Side;
import dev.espalier.bgp.fsm.Effect.Failure;
import dev.espalier.bgp.fsm.PeerState.Connection;
import dev.espalier.bgp.session.Liveness;
import dev.espalier.bgp.session.Negotiated;
import dev.espalier.bgp.session.SessionObserver;
import dev.espalier.bgp.wire.ErrorCode;
import dev.espalier.bgp.wire.Message;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One turn of {@link PeerFsm}: the state being worked on and the effects so far. Lives as long as one event. Numbers in comments
 * are the events of RFC 4271 section 8.1.
 */
final class PeerTurn {

    private static final Message.Notification COLLISION =
            new Message.Notification(ErrorCode.CEASE, ErrorCode.CEASE_CONNECTION_COLLISION_RESOLUTION);
    private static final Message.Notification REJECTED =
            new Message.Notification(ErrorCode.CEASE, ErrorCode.CEASE_CONNECTION_REJECTED);
    private static final FsmTimer COLLISION_WAIT = new FsmTimer.Collision();

    private final LocalSpeaker local;
    private final PeerConfig peer;
    private final long now;
    private final Connections connections;
    private final Pacing pacing;
    private final Effects effects = new Effects();

    private boolean started;
    private int attempts;
    private long establishedAt;

    PeerTurn(LocalSpeaker local, PeerConfig peer, PeerState state, long now) {
        this.local = local;
        this.peer = peer;
        this.now = now;
        started = state.started();
        pacing = new Pacing(state, peer.session().connectRetrySeconds(), effects);
        connections = new Connections(state);
        attempts = state.attempts();
        establishedAt = state.establishedAt();
    }

    PeerFsm.Step step() {
        endCollision();
        keepRetrying();
        return new PeerFsm.Step(
                new PeerState(
                        started,
                        pacing.holding(),
                        pacing.stayingAway(),
                        pacing.retrying(),
                        pacing.seeking(),
                        pacing.waiting(),
                        connections.session(),
                        connections.outgoing(),
                        connections.incoming(),
                        attempts,
                        pacing.idleHoldSeconds(),
                        establishedAt),
                effects.list());
    }

    // ---- orders and timers ----

    /** 1, 3 to 7. */
    void start(long delayNanos) {
        if (!started) {
            started = true;
            pacing.reset();
            if (peer.bfdStrict()) {
                pacing.awaitPath(Reasons.NOT_HEARD);
            }
            seekConnection(delayNanos);
        }
    }

    /** We connect, too, until a session is up. */
    void seek(long delayNanos) {
        if (started && connections.session() == null) {
            pacing.seek(true);
            seekConnection(delayNanos);
        }
    }

    /** Connecting is left to the neighbour again; what has been answered goes on. */
    void await() {
        pacing.seek(false);
        Connection outgoing = connections.outgoing();
        if (peer.session().passive() && outgoing != null && outgoing.phase() == SessionState.CONNECT) {
            end(outgoing, null);
        }
        if (peer.session().passive()) {
            pacing.cancelConnectRetry();
        }
    }

    /** 2. */
    void stop(FsmEvent.Stop stop) {
        if (!started) {
            return;
        }
        started = false;
        pacing.stop();
        pacing.seek(false);
        Connection session = connections.session();
        if (session != null) {
            Message.Notification last = asMeant(session, stop.notification());
            effects.close(session, last);
            reportClosed(session, stop.reason(), last, null);
        }
        for (Connection connection : connections.candidates()) {
            effects.close(connection, stop.notification());
        }
        connections.clear();
    }

    /** 9: in Active another attempt is due; in Connect the present one has had its time. */
    void connectRetryExpired() {
        pacing.connectRetryExpired();
        Connection outgoing = connections.outgoing();
        if (outgoing != null && outgoing.phase() == SessionState.CONNECT) {
            end(outgoing, null);
            effects.add(new Effect.Failed(Failure.UNREACHABLE, Reasons.noAnswer(peer)));
        }
        seekConnection();
    }

    /** 13. */
    void idleHoldExpired() {
        if (pacing.idleHoldExpired()) {
            seekAgain();
        }
    }

    /** Nothing has to be waited for any more. */
    private void seekAgain() {
        Connection incoming = connections.incoming();
        if (incoming == null) {
            seekConnection();
        } else if (incoming.phase() == SessionState.IDLE) {
            // It waited; to connect as well would only make a collision. The retry timer runs in case it fails.
            sendOpen(incoming);
        }
    }

    // ---- the path (RFC 5882)

    void pathChanged(Liveness.Report report) {
        if (report.condition() == Liveness.Condition.FAILED) {
            pathFailed(report);
        }
        if (!started || !peer.bfdStrict()) {
            return;
        }
        if (report.condition() != Liveness.Condition.UP) {
            pacing.awaitPath(report.reason());
        } else if (pacing.pathIsUp()) {
            seekAgain();
        }
    }

    /** Only a path that was up and has failed ends a session; one that never was up, or was taken down on purpose, does not. */
    private void pathFailed(Liveness.Report report) {
        if (peer.bfdStrict()) {
            connections.candidates().forEach(candidate -> end(candidate, PathFailure.BFD_DOWN));
        }
        Connection session = connections.session();
        if (session == null) {
            return;
        }
        Message.Notification farewell = asMeant(session, PathFailure.farewell(peer, session.negotiated(), report));
        // First whoever has packets go another way, then the neighbour, who will hardly hear it.
        reportClosed(session, Reasons.pathFailed(report.reason()), farewell, null);
        end(session, farewell);
        pause();
    }

    /** The path is still not up: it is said why, and after the same time again. */
    void pathWaitExpired() {
        String waiting = pacing.waiting();
        if (waiting != null) {
            pacing.armPathWait();
            if (connections.session() == null) {
                effects.add(new Effect.Failed(Failure.LOST, Reasons.waits(waiting)));
            }
            Connection parked = connections.incoming();
            if (peer.session().passive() && parked != null) {
                // Unread, it would not show that the neighbour has gone, and whoever only waits would keep it for ever.
                end(parked, null);
            }
        }
    }

    /** A change of the configuration ends a long pause; there is no connection during one. */
    void resume() {
        if (pacing.resume()) {
            seekConnection();
        }
    }

    /** 10. */
    void holdExpired(ConnectionId id) {
        Connection connection = connections.find(id);
        if (connection != null) {
            fail(
                    connection,
                    new Message.Notification(ErrorCode.HOLD_TIMER_EXPIRED, 0),
                    Reasons.holdExpired(connection));
        }
    }

    /** RFC 9687 section 4, its event 29. The NOTIFICATION will hardly arrive, but section 3.2 wants it tried. */
    void sendHoldExpired(ConnectionId id) {
        Connection connection = connections.find(id);
        if (connection != null) {
            fail(
                    connection,
                    new Message.Notification(ErrorCode.SEND_HOLD_TIMER_EXPIRED, 0),
                    Reasons.sendHoldExpired(peer));
        }
    }

    /** 11. */
    void keepaliveExpired(ConnectionId id) {
        Connection connection = connections.find(id);
        if (connection != null && connection.negotiated() != null) {
            effects.keepalive(id, connection.negotiated());
        }
    }

    // ---- connections ----

    /** 16 and 17. */
    void opened(FsmEvent.Opened event) {
        ConnectionId id = event.connection();
        Connection open = Connection.young(id, SessionState.IDLE, event.local(), event.remote());
        if (id.side() == Side.INCOMING) {
            accepted(open);
        } else if (connections.find(id) == null) {
            effects.add(new Effect.Abort(id));
        } else {
            pacing.cancelConnectRetry();
            sendOpen(open);
        }
    }

    private void accepted(Connection open) {
        Connection session = connections.session();
        if (!started) {
            effects.add(new Effect.Abort(open.id()));
        } else if (session != null && !restartable(session)) {
            effects.close(open, COLLISION);
        } else if (pacing.stayingAway()) {
            // Without a word: in its OpenSent a NOTIFICATION would be an FSM error (RFC 4271 section 8.2.2), and hide
            // the reason.
            effects.add(new Effect.Abort(open.id()));
        } else {
            Connection former = connections.incoming();
            if (former != null) {
                // The neighbour has one attempt at a time: it has given up the former.
                effects.close(former, COLLISION);
            }
            connections.candidate(open);
            if (pacing.barred()) {
                effects.add(new Effect.Park(open.id()));
            } else {
                sendOpen(open);
            }
        }
    }

    /** 18. */
    void lost(FsmEvent.Lost event) {
        Connection connection = connections.find(event.connection());
        if (connection == null) {
            return;
        }
        connections.remove(connection);
        String reason = Reasons.lost(peer, connection, event.reason());
        if (connection.phase() == SessionState.ESTABLISHED) {
            reportClosed(connection, reason, null, null);
            pause();
            return;
        }
        if (connections.noneOpen() && connection.phase() != SessionState.IDLE) {
            Failure failure = connection.phase() == SessionState.CONNECT ? Failure.UNREACHABLE : Failure.LOST;
            effects.add(new Effect.Failed(failure, reason));
        }
        // In Connect and OpenSent the machine goes on in Active; see keepRetrying.
        if (connection.phase() == SessionState.OPEN_CONFIRM) {
            pause();
        }
    }

    // ---- messages ----

    /** 8, 21, 22, 28. */
    void fault(FsmEvent.Fault event) {
        Connection connection = connections.find(event.connection());
        if (connection != null && connection.phase() != SessionState.CONNECT) {
            fail(connection, event.notification(), event.reason());
            if (event.pauseSeconds() > 0) {
                connections.candidates().forEach(other -> end(other, REJECTED));
                pacing.stayAway(event.pauseSeconds());
            }
        }
    }

    void received(ConnectionId id, Message message) {
        Connection connection = connections.find(id);
        if (connection == null) {
            return;
        }
        if (message instanceof Message.Notification notification) {
            notified(connection, notification);
            return;
        }
        switch (connection.phase()) {
            case IDLE, CONNECT, ACTIVE -> {}
            case OPEN_SENT -> {
                if (message instanceof Message.Open open) {
                    openReceived(connection, open);
                } else {
                    unexpected(connection, message, ErrorCode.FSM_UNEXPECTED_IN_OPEN_SENT);
                }
            }
            case OPEN_CONFIRM -> {
                if (message instanceof Message.Keepalive && connection.withheld()) {
                    connections.candidate(connection.nowHeard());
                } else if (message instanceof Message.Keepalive || message instanceof Message.Update) {
                    establish(connection);
                } else {
                    unexpected(connection, message, ErrorCode.FSM_UNEXPECTED_IN_OPEN_CONFIRM);
                }
            }
            case ESTABLISHED -> {
                if (message instanceof Message.Open) {
                    unexpected(connection, message, ErrorCode.FSM_UNEXPECTED_IN_ESTABLISHED);
                }
            }
        }
    }

    /** 19, and the collision detection of section 6.8. */
    private void openReceived(Connection connection, Message.Open open) {
        Negotiation.Verdict verdict = Negotiation.judge(
                open,
                local,
                peer,
                Objects.requireNonNull(connection.local()),
                Objects.requireNonNull(connection.remote()));
        switch (verdict) {
            case Negotiation.Verdict.Refused refused -> fail(connection, refused.notification(), refused.reason());
            case Negotiation.Verdict.Agreed agreed -> {
                Negotiated negotiated = agreed.negotiated();
                Connection rival = connections.rival(connection);
                switch (Collision.judge(connection, rival, Collision.preferred(local, negotiated))) {
                    case ALONE -> confirm(connection, negotiated);
                    case WINS -> {
                        overcome(Objects.requireNonNull(rival));
                        confirm(connection, negotiated);
                    }
                    case LOSES -> end(connection, COLLISION);
                    case WAITS -> withhold(connection, negotiated);
                }
            }
        }
    }

    private void overcome(Connection rival) {
        // One left unread has not been spoken on, and is not spoken on now.
        end(rival, rival.phase() == SessionState.IDLE ? null : COLLISION);
    }

    private void withhold(Connection connection, Negotiated negotiated) {
        connections.candidate(connection.withhold(negotiated));
        long nanos = TimeUnit.SECONDS.toNanos(COLLISION_SECONDS);
        effects.add(new Effect.Arm(COLLISION_WAIT, nanos, nanos));
    }

    /** The one that would have won has had its time. */
    void collisionExpired() {
        for (Connection connection : connections.candidates()) {
            Connection rival = connections.rival(connection);
            if (connection.withheld() && rival != null) {
                end(rival, COLLISION);
            }
        }
    }

    /** What was withheld for the sake of another connection is said when that one no longer comes up. */
    private void endCollision() {
        for (Connection connection : connections.candidates()) {
            Negotiated negotiated = connection.negotiated();
            if (connection.withheld() && negotiated != null && !Collision.mayStillWin(connections.rival(connection))) {
                effects.add(new Effect.Cancel(COLLISION_WAIT));
                Connection confirmed = confirm(connection, negotiated);
                if (connection.heard()) {
                    establish(confirmed);
                }
            }
        }
    }

    private Connection confirm(Connection connection, Negotiated negotiated) {
        supersedeSession();
        ConnectionId id = connection.id();
        Connection confirmed = connection.agreed(negotiated);
        connections.candidate(confirmed);
        pacing.cancelConnectRetry();
        effects.add(new Effect.Agreed(id, negotiated));
        effects.keepalive(id, negotiated);
        effects.armHold(id, negotiated.holdSeconds());
        return confirmed;
    }

    /** RFC 4724 section 4.2: the neighbour restarted, and the connection that we thought established is dead. */
    private void supersedeSession() {
        Connection old = connections.session();
        if (old != null) {
            connections.remove(old);
            effects.add(new Effect.Abort(old.id()));
            reportClosed(old, Reasons.restarted(peer), null, null);
        }
    }

    /** 26, or 27 in its place. */
    private void establish(Connection connection) {
        Negotiated negotiated = Objects.requireNonNull(connection.negotiated());
        connections.promote(connection);
        pacing.seek(false);
        connections.candidates().forEach(other -> end(other, COLLISION));
        establishedAt = now;
        effects.armHold(connection.id(), negotiated.holdSeconds());
        effects.armSendHold(connection.id(), peer.session().sendHoldSeconds());
        effects.add(new Effect.Established(connection.id(), negotiated));
    }

    /** 24 and 25. */
    private void notified(Connection connection, Message.Notification notification) {
        effects.add(new Effect.Close(connection.id()));
        connections.remove(connection);
        String reason = Reasons.notified(peer, notification);
        if (connection.phase() == SessionState.ESTABLISHED) {
            reportClosed(connection, reason, null, notification);
        } else if (connections.noneOpen()) {
            effects.add(new Effect.Failed(Failure.REFUSED_BY_NEIGHBOUR, reason));
        }
        pause();
    }

    private void unexpected(Connection connection, Message message, int subcode) {
        // RFC 6608: the data is the type of the message.
        byte[] data = {(byte) Reasons.typeOf(message)};
        fail(
                connection,
                new Message.Notification(ErrorCode.FSM, subcode, data),
                Reasons.unexpected(peer, message, connection.phase()));
    }

    // ---- ends ----

    /** We end a connection for a reason. */
    private void fail(Connection connection, Message.Notification notification, String reason) {
        Message.@Nullable Notification last = asMeant(connection, notification);
        end(connection, last);
        if (connection.phase() == SessionState.ESTABLISHED) {
            reportClosed(connection, reason, last, null);
        } else {
            effects.add(new Effect.Failed(
                    notification.code() == ErrorCode.HOLD_TIMER_EXPIRED ? Failure.LOST : Failure.REFUSED, reason));
            rejectSibling(notification);
        }
        pause();
    }

    /** What we refused on one connection the neighbour would only say again on the other. */
    private void rejectSibling(Message.Notification notification) {
        for (Connection other : connections.candidates()) {
            if (other.phase() == SessionState.OPEN_SENT && notification.code() != ErrorCode.HOLD_TIMER_EXPIRED) {
                end(other, REJECTED);
            }
        }
    }

    /** After a failure, unless another connection lives on: Idle, for longer with each failure. */
    private void pause() {
        if (!started || !connections.noneOpen()) {
            return;
        }
        connections.candidates().forEach(attempt -> end(attempt, null));
        pacing.hold();
    }

    private void reportClosed(
            Connection connection,
            String reason,
            Message.@Nullable Notification sent,
            Message.@Nullable Notification received) {
        // A neighbour that ends a session itself, for a restart say, is not punished for it: only what we refuse makes
        // us wait.
        if (sent == null || now - establishedAt >= TimeUnit.SECONDS.toNanos(STABLE_SECONDS)) {
            pacing.reset();
        }
        effects.add(new Effect.Closed(
                connection.id(),
                new SessionObserver.Closed(reason, sent, received, restartMayFollow(connection, sent, received))));
    }

    /** RFC 4724 section 4.2, and with NOTIFICATIONs RFC 8538 section 4: unless one of the two wants the routes gone. */
    private static boolean restartMayFollow(
            Connection connection, Message.@Nullable Notification sent, Message.@Nullable Notification received) {
        Message.Notification last = sent != null ? sent : received;
        return last == null ? restartable(connection) : survivesNotifications(connection) && !HardReset.is(last);
    }

    /** A NOTIFICATION as a neighbour has to be told it that keeps our routes otherwise. */
    private static Message.@Nullable Notification asMeant(
            Connection connection, Message.@Nullable Notification notification) {
        boolean established = connection.phase() == SessionState.ESTABLISHED;
        return notification != null && established && survivesNotifications(connection)
                ? HardReset.wrapped(notification)
                : notification;
    }

    /** Whether both have the N bit of RFC 8538 set; we set it whenever we offer graceful restart. */
    private static boolean survivesNotifications(Connection connection) {
        Negotiated negotiated = connection.negotiated();
        return negotiated != null
                && negotiated.restart() != null
                && negotiated.restart().notification();
    }

    // ---- small steps ----

    /** The same after a while. */
    private void seekConnection(long delayNanos) {
        if (delayNanos > 0 && mayConnect()) {
            pacing.delayConnect(delayNanos);
        } else {
            seekConnection();
        }
    }

    /** Begins to connect, if that is ours to do and nothing better is under way. */
    private void seekConnection() {
        if (!mayConnect()) {
            return;
        }
        ConnectionId id = new ConnectionId(Side.OUTGOING, ++attempts);
        connections.candidate(Connection.young(id, SessionState.CONNECT, null, null));
        effects.add(new Effect.Connect(id));
        pacing.armConnectRetry();
    }

    /** Without a connection of ours, and nothing better under way, the timer runs that begins one. */
    private void keepRetrying() {
        if (mayConnect() && !pacing.retrying()) {
            pacing.armConnectRetry();
        }
    }

    private boolean mayConnect() {
        boolean ours = pacing.seeking() || !peer.session().passive();
        return started && !pacing.barred() && ours && !connections.outgoingNeedless();
    }

    private void sendOpen(Connection connection) {
        effects.add(new Effect.SendOpen(connection.id()));
        effects.armHold(connection.id(), OPEN_HOLD_SECONDS);
        connections.candidate(connection.with(SessionState.OPEN_SENT));
    }

    private void end(Connection connection, Message.@Nullable Notification notification) {
        effects.close(connection, notification);
        connections.remove(connection);
    }

    private static boolean restartable(Connection connection) {
        return connection.negotiated() != null && connection.negotiated().restart() != null;
    }
}

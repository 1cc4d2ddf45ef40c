package dev.espalier.bgp.fsm;

import dev.espalier.bgp.session.Negotiated;
import dev.espalier.route.Transport.Endpoint;
import org.jspecify.annotations.Nullable;

/**
 * Where one neighbour's state machine stands. RFC 4271 section 8 has one machine for each connection; here they are one value,
 * since they must know of each other.
 *
 * @param started whether a session is wanted
 * @param holding whether the pause after a failure (IdleHoldTimer) is on
 * @param stayingAway whether that pause is a long one, in which the neighbour's connections are refused
 * @param retrying whether the ConnectRetryTimer runs
 * @param seeking whether we connect although the configuration leaves that to the neighbour
 * @param waiting why the session has to wait for its path to be up, as a sentence; null when it has not
 * @param session the connection that is established, or null
 * @param outgoing the connection of ours that is not yet established, or null
 * @param incoming the connection of the neighbour's that is not yet established, or null
 * @param attempts how many connections we have begun
 * @param idleHoldSeconds how long the next pause will be
 * @param establishedAt when the session was established; meaningless without one
 */
public record PeerState(
        boolean started,
        boolean holding,
        boolean stayingAway,
        boolean retrying,
        boolean seeking,
        @Nullable String waiting,
        @Nullable Connection session,
        @Nullable Connection outgoing,
        @Nullable Connection incoming,
        int attempts,
        int idleHoldSeconds,
        long establishedAt) {

    /** Where every neighbour begins: stopped. */
    public static final PeerState INITIAL = new PeerState(
            false, false, false, false, false, null, null, null, null, 0, PeerFsm.SHORTEST_IDLE_HOLD_SECONDS, 0);

    /**
     * One connection.
     *
     * @param id its name
     * @param phase where its own machine stands; Idle for one that waits until a pause is over
     * @param local our end; null until it is open
     * @param remote the neighbour's; null until it is open
     * @param negotiated what the OPENs agreed on; null before
     * @param withheld in OpenConfirm, whether our KEEPALIVE waits for how a collision ends
     * @param heard whether the neighbour's KEEPALIVE has come while ours was withheld
     */
    public record Connection(
            ConnectionId id,
            SessionState phase,
            @Nullable Endpoint local,
            @Nullable Endpoint remote,
            @Nullable Negotiated negotiated,
            boolean withheld,
            boolean heard) {

        /** One whose OPENs have not been exchanged. */
        static Connection young(
                ConnectionId id, SessionState phase, @Nullable Endpoint local, @Nullable Endpoint remote) {
            return new Connection(id, phase, local, remote, null, false, false);
        }

        Connection with(SessionState next) {
            return new Connection(id, next, local, remote, negotiated, false, false);
        }

        Connection agreed(Negotiated terms) {
            return new Connection(id, SessionState.OPEN_CONFIRM, local, remote, terms, false, false);
        }

        Connection withhold(Negotiated terms) {
            return new Connection(id, SessionState.OPEN_CONFIRM, local, remote, terms, true, false);
        }

        Connection nowHeard() {
            return new Connection(id, phase, local, remote, negotiated, withheld, true);
        }
    }

    /** The state to show: that of the connection that has come furthest. */
    public SessionState state() {
        if (session != null) {
            return SessionState.ESTABLISHED;
        }
        SessionState resting = !started || holding || waiting != null ? SessionState.IDLE : SessionState.ACTIVE;
        return further(phase(incoming), further(phase(outgoing), resting));
    }

    /** Whether there is no connection, nor an attempt at one, nor a pause before the next: only waiting for the neighbour. */
    public boolean quiet() {
        return !holding && session == null && outgoing == null && incoming == null;
    }

    private static SessionState phase(@Nullable Connection connection) {
        return connection == null ? SessionState.IDLE : connection.phase();
    }

    /** Connect counts for more than Active, although the enum lists it first: an attempt is on its way. */
    private static SessionState further(SessionState one, SessionState other) {
        if (one == SessionState.ACTIVE || other == SessionState.ACTIVE) {
            SessionState beside = one == SessionState.ACTIVE ? other : one;
            return beside == SessionState.IDLE ? SessionState.ACTIVE : beside;
        }
        return one.compareTo(other) >= 0 ? one : other;
    }
}

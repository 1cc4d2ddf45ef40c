package dev.espalier.bgp.session;

import dev.espalier.bgp.fsm.SessionState;
import org.jspecify.annotations.Nullable;

/**
 * What there is to know about one neighbour's session, at one moment.
 *
 * @param state where the state machine stands
 * @param sinceNanos when it came there, on the session's loop's clock
 * @param negotiated what was agreed on; null unless established
 * @param lastDown why the last session that was up ended, as a sentence; null when none has
 * @param lastError why the last attempt at a session failed, as a sentence; null when none has since a session was last up
 * @param establishedCount how often it came up
 * @param messagesReceived BGP messages received since the daemon started
 * @param messagesSent BGP messages sent since the daemon started
 * @param updatesReceived UPDATE messages among those received
 * @param updatesSent UPDATE messages among those sent
 * @param findings errors found in updates and dealt with by RFC 7606
 */
public record SessionStatus(
        SessionState state,
        long sinceNanos,
        @Nullable Negotiated negotiated,
        @Nullable String lastDown,
        @Nullable String lastError,
        int establishedCount,
        long messagesReceived,
        long messagesSent,
        long updatesReceived,
        long updatesSent,
        long findings) {

    /** No session, because it is not known where the neighbour is. */
    static SessionStatus waiting(long sinceNanos, String reason) {
        return new SessionStatus(SessionState.IDLE, sinceNanos, null, null, reason, 0, 0, 0, 0, 0, 0);
    }

    /** Why there is no session: what the last attempt met with, or else what ended the last session; null when nothing is amiss. */
    public @Nullable String whyDown() {
        return lastError == null ? lastDown : lastError;
    }
}

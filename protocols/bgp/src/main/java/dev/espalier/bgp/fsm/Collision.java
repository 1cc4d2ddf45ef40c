package dev.espalier.bgp.fsm;

import dev.espalier.bgp.fsm.ConnectionId.Side;
import dev.espalier.bgp.fsm.PeerState.Connection;
import dev.espalier.bgp.session.Negotiated;
import org.jspecify.annotations.Nullable;

/**
 * Which of two connections stays (RFC 4271 section 6.8), decided when the neighbour's OPEN has come on one of them.
 *
 * <p>The RFC confirms a connection that would lose while the other still waits for its OPEN, and decides later. Two ends that see
 * the OPENs in different orders can then differ for a moment: one has established what the other gives up, and both begin again.
 * So such a connection waits, its KEEPALIVE withheld, for {@link PeerFsm#COLLISION_SECONDS} at most. The neighbour only sees an
 * answer that takes longer.
 */
final class Collision {

    private Collision() {}

    /** What becomes of the connection on which the OPEN came. */
    enum Verdict {
        /** There is no other that counts. */
        ALONE,
        /** It stays, and the other ends. */
        WINS,
        /** It ends. */
        LOSES,
        /** It would lose, but the other may still fail. */
        WAITS
    }

    static Verdict judge(Connection connection, @Nullable Connection rival, Side preferred) {
        if (rival == null) {
            return Verdict.ALONE;
        }
        boolean wins = connection.id().side() == preferred;
        return switch (rival.phase()) {
            // An attempt, or one left unread: the neighbour has not spoken there.
            case IDLE, ACTIVE, CONNECT -> Verdict.WINS;
            // Section 6.8 lets us look here too, now that we know the identifier. The neighbour cannot have it
            // established:
            // it has no KEEPALIVE from us.
            case OPEN_SENT -> wins ? Verdict.WINS : Verdict.WAITS;
            case OPEN_CONFIRM, ESTABLISHED -> wins ? Verdict.WINS : Verdict.LOSES;
        };
    }

    /** Whose connection stays: that of the higher identifier, or of the higher AS where they are equal (RFC 6286). */
    static Side preferred(LocalSpeaker local, Negotiated negotiated) {
        int byIdentifier = Integer.compareUnsigned(
                local.routerId().value(), negotiated.peerRouterId().value());
        int order = byIdentifier != 0 ? byIdentifier : local.asn().compareTo(negotiated.peerAs());
        return order > 0 ? Side.OUTGOING : Side.INCOMING;
    }

    /** Whether a connection may still win over one that waits for it. */
    static boolean mayStillWin(@Nullable Connection rival) {
        return rival != null && rival.phase() == SessionState.OPEN_SENT;
    }
}

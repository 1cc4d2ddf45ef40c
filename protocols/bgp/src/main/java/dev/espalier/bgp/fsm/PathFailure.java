package dev.espalier.bgp.fsm;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.session.Liveness;
import dev.espalier.bgp.session.Negotiated;
import dev.espalier.bgp.wire.ErrorCode;
import dev.espalier.bgp.wire.Message;
import org.jspecify.annotations.Nullable;

/** What a path that was up and has failed means for the session over it (RFC 5882 sections 4.1 and 4.3). Pure. */
final class PathFailure {

    /** RFC 9384. */
    static final Message.Notification BFD_DOWN = new Message.Notification(ErrorCode.CEASE, ErrorCode.CEASE_BFD_DOWN);

    private PathFailure() {}

    /**
     * What the neighbour is told of the end of the session: that BFD is down, whereupon both sides drop each other's routes; or
     * null for nothing, as when TCP breaks, so that graceful restart has its way. The latter only where restarts were agreed on
     * for some family and the neighbour's BFD shares the fate of its control plane: that falls silent when the control plane
     * restarts, however well packets are forwarded meanwhile.
     */
    static Message.@Nullable Notification farewell(
            PeerConfig peer, @Nullable Negotiated session, Liveness.Report report) {
        boolean restartAgreed = peer.session().gracefulRestart() > 0
                && session != null
                && !session.restartFamilies().isEmpty();
        return restartAgreed && !report.controlPlaneIndependent() ? null : BFD_DOWN;
    }
}

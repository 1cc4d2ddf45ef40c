package dev.espalier.bgp.engine;

import dev.espalier.bgp.session.Channel;
import dev.espalier.bgp.session.Negotiated;
import dev.espalier.bgp.session.SessionObserver;
import dev.espalier.bgp.wire.Capability;
import dev.espalier.bgp.wire.Family;
import java.util.EnumSet;
import java.util.Set;

/**
 * What a neighbour's restart means for the routes it told us (RFC 4724 section 4.2), as decisions without effects; the speaker
 * carries them out.
 */
final class PeerRestart {

    private PeerRestart() {}

    /** The families whose routes are kept, as stale, after a session has ended. */
    static Set<Family> keptAfter(Channel ended, SessionObserver.Closed closed, int ourRestartTime) {
        Negotiated negotiated = ended.negotiated();
        if (!closed.restartMayFollow() || negotiated.restart() == null || ourRestartTime == 0) {
            return EnumSet.noneOf(Family.class);
        }
        return copy(negotiated.restartFamilies());
    }

    /**
     * The families whose stale routes are dropped at once because the neighbour, back again, says it did not keep forwarding for
     * them, or says nothing of them any more.
     */
    static Set<Family> droppedOnReturn(Set<Family> stale, Negotiated negotiated) {
        Set<Family> dropped = copy(stale);
        Capability.GracefulRestart restart = negotiated.restart();
        if (restart != null) {
            for (Capability.RestartFamily kept : restart.families()) {
                Family family = Family.of(kept.afi(), kept.safi());
                if (family != null
                        && kept.forwarding()
                        && negotiated.options().families().contains(family)) {
                    dropped.remove(family);
                }
            }
        }
        return dropped;
    }

    private static Set<Family> copy(Set<Family> families) {
        Set<Family> copy = EnumSet.noneOf(Family.class);
        copy.addAll(families);
        return copy;
    }
}

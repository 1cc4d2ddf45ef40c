package dev.espalier.bgp.engine;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.session.Negotiated;
import dev.espalier.bgp.session.SessionObserver;
import dev.espalier.bgp.wire.Capability;
import dev.espalier.bgp.wire.Family;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * What a neighbour's restart means for the routes it told us (RFC 4724 section 4.2, RFC 9494 section 4.2), as decisions without
 * effects; {@link StaleRoutes} carries them out.
 */
final class PeerRestart {

    private PeerRestart() {}

    /** The families whose routes are kept, as stale, after a session has ended. */
    static Set<Family> keptAfter(Negotiated ended, SessionObserver.Closed closed, PeerConfig.Session ours) {
        Set<Family> kept = EnumSet.noneOf(Family.class);
        if (closed.restartMayFollow() && ended.restart() != null && ours.gracefulRestart() > 0) {
            kept.addAll(ended.restartFamilies());
            kept.addAll(longLivedTimes(ended, ours).keySet());
        }
        return kept;
    }

    /** The families whose routes may be kept beyond the restart time, and for how many seconds, as the neighbour wishes. */
    static Map<Family, Integer> longLivedTimes(Negotiated ended, PeerConfig.Session ours) {
        Map<Family, Integer> times = new EnumMap<>(Family.class);
        Capability.LongLivedGracefulRestart said = ended.longLived();
        if (said == null || ours.longLivedStaleTime() == 0) {
            return times;
        }
        for (Capability.LongLivedFamily one : said.families()) {
            Family family = Family.of(one.afi(), one.safi());
            if (family != null
                    && one.staleTime() > 0
                    && ended.options().families().contains(family)) {
                times.put(family, one.staleTime());
            }
        }
        return times;
    }

    /**
     * The families whose stale routes are dropped at once because the neighbour, back again, says it did not keep forwarding for
     * them, or says nothing of them any more.
     *
     * @param longLived those of them that have outlived the restart time: for them the other capability's word counts
     */
    static Set<Family> droppedOnReturn(Set<Family> stale, Set<Family> longLived, Negotiated negotiated) {
        Set<Family> dropped = EnumSet.noneOf(Family.class);
        for (Family family : stale) {
            boolean forwarding =
                    longLived.contains(family) ? forwardsLongLived(family, negotiated) : forwards(family, negotiated);
            if (!forwarding || !negotiated.options().families().contains(family)) {
                dropped.add(family);
            }
        }
        return dropped;
    }

    private static boolean forwards(Family family, Negotiated negotiated) {
        Capability.GracefulRestart said = negotiated.restart();
        return said != null
                && said.families().stream()
                        .anyMatch(one -> one.forwarding() && Family.of(one.afi(), one.safi()) == family);
    }

    private static boolean forwardsLongLived(Family family, Negotiated negotiated) {
        Capability.LongLivedGracefulRestart said = negotiated.longLived();
        return said != null
                && said.families().stream()
                        .anyMatch(one -> one.forwarding() && Family.of(one.afi(), one.safi()) == family);
    }
}

package dev.espalier.bgp.engine;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.session.SessionStatus;
import dev.espalier.bgp.wire.Family;
import dev.espalier.net.IpAddress;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One neighbour at one moment, for people.
 *
 * @param config how it is configured
 * @param address its address; null for a range nobody has come from
 * @param dynamic whether it came from a range
 * @param session what its session does; null for a range nobody has come from
 * @param routes how many routes there are, by family of the session
 * @param stale the families of which routes of a lost session are kept (RFC 4724)
 * @param endOfRib the families whose initial routes it has sent completely
 */
public record PeerSnapshot(
        PeerConfig config,
        @Nullable IpAddress address,
        boolean dynamic,
        @Nullable SessionStatus session,
        Map<Family, Routes> routes,
        Set<Family> stale,
        Set<Family> endOfRib) {

    /** Copies the collections. */
    public PeerSnapshot {
        routes = Map.copyOf(routes);
        stale = Set.copyOf(stale);
        endOfRib = Set.copyOf(endOfRib);
    }

    /**
     * Routes of one family.
     *
     * @param received how many it announced
     * @param accepted how many of them take part in the decision
     * @param best how many of them are best
     * @param sent how many we announced to it
     * @param heldBack how many we do not announce because it is told as many as it may be
     */
    public record Routes(int received, int accepted, int best, int sent, int heldBack) {}
}

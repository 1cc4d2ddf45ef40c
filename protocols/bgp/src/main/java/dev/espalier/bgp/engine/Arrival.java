package dev.espalier.bgp.engine;

import dev.espalier.bgp.LocalAs;
import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.Role;
import dev.espalier.bgp.table.PathSource;
import dev.espalier.net.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where a path has arrived: what of a session the import rules go by.
 *
 * @param peer what is configured for the neighbour
 * @param source the neighbour
 * @param ourAddress our end of the session; the unspecified address without one
 */
record Arrival(PeerConfig peer, PathSource source, IpAddress ourAddress) {

    /** What we are to the neighbour; null without a role, and for an internal neighbour. */
    @Nullable
    Role role() {
        return source.external() ? peer.session().role() : null;
    }

    /** The AS that the neighbour knows us by; null where that is our own. */
    @Nullable
    LocalAs localAs() {
        return source.external() ? peer.session().localAs() : null;
    }
}

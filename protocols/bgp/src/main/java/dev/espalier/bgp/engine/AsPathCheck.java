package dev.espalier.bgp.engine;

import dev.espalier.bgp.AsPathOptions;
import dev.espalier.bgp.LocalAs;
import dev.espalier.net.Asn;
import dev.espalier.route.AsPath;
import dev.espalier.route.PathAttributes;
import org.jspecify.annotations.Nullable;

/** Whether the AS path of a route can be believed, and whether the route has been through here. Pure. */
final class AsPathCheck {

    private AsPathCheck() {}

    /**
     * Why a path is refused; null when it is not. What RFC 4271 section 6.3 answered with a NOTIFICATION only costs the route:
     * RFC 7606 section 7.2 leaves the session up.
     *
     * @param own our AS
     */
    static @Nullable ImportRefusal refusal(Asn own, Arrival at, PathAttributes received) {
        AsPathOptions options = at.peer().asPath();
        boolean first = received.neighborAs() == at.source().asn().bits();
        if (at.source().external() && options.enforceFirstAs() && !first) {
            return ImportRefusal.FIRST_AS;
        }
        if (received.asPathLength() == 0) {
            return null;
        }
        AsPath path = received.asPath();
        LocalAs localAs = at.localAs();
        // RFC 7705: the neighbour may know us by either. Each is counted by itself, because both can stem from one
        // passage.
        boolean loops = path.occurrences(own) > options.allowAsIn()
                || (localAs != null && path.occurrences(localAs.asn()) > options.allowAsIn());
        return loops ? ImportRefusal.AS_LOOP : null;
    }
}

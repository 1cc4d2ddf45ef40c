package dev.espalier.bgp.engine;

import dev.espalier.net.Community;
import dev.espalier.route.PathAttributes;
import java.util.ArrayList;
import java.util.List;

/**
 * Taking traffic off a session before it ends (RFC 8326): routes over it become a last resort on both sides, by the community
 * GRACEFUL_SHUTDOWN between ASes and LOCAL_PREF 0 within one. Pure.
 *
 * <p>It comes after the policies, so that a policy which prefers a neighbour's routes does not undo it (the RFC leaves the place
 * open; its examples are policies).
 */
final class GracefulShutdown {

    /** RFC 8326 section 4.1: the lowest preference there is. */
    private static final int LAST_RESORT = 0;

    private GracefulShutdown() {}

    /**
     * What a path that policy has accepted enters the decision with.
     *
     * @param honor whether the community means something to us
     * @param entering the attributes as they came to the policy, which cannot have hidden the community
     */
    static PathAttributes accepted(boolean honor, Arrival at, PathAttributes entering, PathAttributes accepted) {
        boolean announced = honor && at.source().external() && entering.hasCommunity(Community.GRACEFUL_SHUTDOWN);
        return announced || at.peer().gracefulShutdown() ? lastResort(accepted) : accepted;
    }

    /** What a neighbour that shall find other ways is told. */
    static PathAttributes told(boolean internal, PathAttributes attributes) {
        if (internal) {
            return lastResort(attributes);
        }
        if (attributes.hasCommunity(Community.GRACEFUL_SHUTDOWN)) {
            return attributes;
        }
        List<Community> communities = new ArrayList<>(attributes.communities());
        communities.add(Community.GRACEFUL_SHUTDOWN);
        return attributes.toBuilder().communities(communities).build();
    }

    private static PathAttributes lastResort(PathAttributes attributes) {
        return attributes.hasLocalPref() && attributes.localPref() == LAST_RESORT
                ? attributes
                : attributes.toBuilder().localPref(LAST_RESORT).build();
    }
}

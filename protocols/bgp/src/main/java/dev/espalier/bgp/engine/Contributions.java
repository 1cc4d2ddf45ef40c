package dev.espalier.bgp.engine;

import dev.espalier.net.Community;
import dev.espalier.net.ExtendedCommunity;
import dev.espalier.net.LargeCommunity;
import dev.espalier.route.Origin;
import dev.espalier.route.PathAttributes;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What an aggregate knows of the routes it sums up: only counts, so that a route that comes or goes costs the same however many
 * there are. One owner.
 */
final class Contributions {

    private final boolean communities;
    private final int[] byOrigin = new int[Origin.values().length];
    private final Map<Object, Integer> byCommunity = new HashMap<>();
    private int size;
    private int withPath;

    /**
     * Of no routes.
     *
     * @param communities whether communities are counted too
     */
    Contributions(boolean communities) {
        this.communities = communities;
    }

    /** How many routes there are. */
    int size() {
        return size;
    }

    void add(PathAttributes route) {
        count(route, 1);
    }

    /** Takes back what was added with equal attributes. */
    void remove(PathAttributes route) {
        count(route, -1);
    }

    private void count(PathAttributes route, int by) {
        size += by;
        byOrigin[route.origin().code()] += by;
        withPath += route.asPath().isEmpty() ? 0 : by;
        if (communities) {
            Stream.of(route.communities(), route.extendedCommunities(), route.largeCommunities())
                    .flatMap(Collection::stream)
                    .forEach(community -> byCommunity.merge(community, by, (a, b) -> a + b == 0 ? null : a + b));
        }
    }

    /**
     * The attributes of the aggregate (RFC 4271 section 9.2.2.2), while there are routes: the worst ORIGIN; ATOMIC_AGGREGATE when
     * some route has an AS path, which the aggregate loses, since it begins here and carries no AS_SET (RFC 9774); and the
     * communities of all, where they are counted.
     *
     * @param configured what else is said of it
     * @param us who aggregates
     */
    PathAttributes attributes(PathAttributes configured, PathAttributes.Aggregator us) {
        PathAttributes.Builder builder = configured.toBuilder()
                .origin(worst())
                .atomicAggregate(withPath > 0)
                .aggregator(us);
        if (!byCommunity.isEmpty()) {
            builder.communities(union(Community.class, configured.communities()))
                    .extendedCommunities(union(ExtendedCommunity.class, configured.extendedCommunities()))
                    .largeCommunities(union(LargeCommunity.class, configured.largeCommunities()));
        }
        return builder.build();
    }

    private <C> List<C> union(Class<C> kind, List<C> configured) {
        return Stream.concat(
                        configured.stream(),
                        byCommunity.keySet().stream().filter(kind::isInstance).map(kind::cast))
                .toList();
    }

    private Origin worst() {
        Origin worst = Origin.IGP;
        for (Origin origin : Origin.values()) {
            if (byOrigin[origin.code()] > 0 && origin.code() > worst.code()) {
                worst = origin;
            }
        }
        return worst;
    }
}

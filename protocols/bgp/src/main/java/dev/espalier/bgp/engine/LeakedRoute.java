package dev.espalier.bgp.engine;

import dev.espalier.net.IpPrefix;
import dev.espalier.route.NextHop;
import dev.espalier.route.PathAttributes;
import java.util.List;

/**
 * A route as it goes from one routing instance of this host to another. Immutable.
 *
 * @param prefix the prefix
 * @param attributes as the policy between the two left them. Without a next hop, packets take the {@code ways}, and neighbours are told
 *     our own address; one that the policy set is resolved in the instance that imports
 * @param ways where the instance that leaks the route sends packets, each with its link, which all instances know by the same number;
 *     empty for packets that stay on this host, and where the policy set a next hop
 */
public record LeakedRoute(IpPrefix prefix, PathAttributes attributes, List<NextHop> ways) {

    /** Keeps a copy of the list. */
    public LeakedRoute {
        ways = List.copyOf(ways);
    }
}

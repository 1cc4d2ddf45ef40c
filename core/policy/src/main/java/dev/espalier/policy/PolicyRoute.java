package dev.espalier.policy;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.Asn;
import dev.espalier.net.IpAddress;
import dev.espalier.route.PathAttributes;
import org.jspecify.annotations.Nullable;

/**
 * The route a policy looks at. One such object is filled again and again by the table that asks, so that judging a million
 * routes makes no garbage; a policy must not keep it.
 */
public final class PolicyRoute {

    /** The family of the prefix. */
    public AddressFamily family = AddressFamily.IPV4;
    /** The first 64 bits of the prefix, left-aligned; see {@link IpAddress#high()}. */
    public long high;
    /** The last 64 bits of the prefix. */
    public long low;
    /** The prefix length. */
    public int length;
    /** The attributes as the policy shall see them. */
    public PathAttributes attributes = PathAttributes.builder().build();
    /** Who made the route. */
    public InstallProtocol source = InstallProtocol.LOCAL;
    /** The neighbour concerned: the one it came from at import, the one it goes to at export; null where there is none. */
    public @Nullable IpAddress neighbor;
    /** That neighbour's AS; null where there is none. */
    public @Nullable Asn neighborAs;
    /** Our own AS, for actions such as a prepend. */
    public Asn localAs = new Asn(0);

    /** A route to be filled in. */
    public PolicyRoute() {}
}

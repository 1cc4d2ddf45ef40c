package dev.espalier.routing;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.PrefixTable;
import dev.espalier.route.Links.ForeignRoute;
import dev.espalier.route.Links.HostAddress;
import dev.espalier.route.NextHop;
import dev.espalier.route.RoutingInstance;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The routes of this host that are not ours, in the kernel table of our instance, for those who tell others of them.
 *
 * <p>To them belong, in the instance {@code default}, the single IPv4 addresses on loopback devices: the kernel has no route for
 * them in any table but its own (for IPv6 it has), and they are what others want to reach.
 *
 * <p>To be asked while observed ({@link #observe}), by the loop's thread only.
 */
public final class HostRoutes {

    /** The kernel's number for itself ({@code RTPROT_KERNEL}). */
    private static final int PROTOCOL_KERNEL = 2;

    private final boolean hasLoopbacks;
    private final LinkTable links;
    private final PrefixIndex index;
    private final ForeignRoutes ipv4;
    private final ForeignRoutes ipv6;
    private @Nullable Consumer<IpPrefix> observer;
    /** The single addresses on loopback devices, each with its link; kept while somebody observes. */
    private Map<IpPrefix, Integer> loopbacks = Map.of();

    private Set<Integer> up = Set.of();

    HostRoutes(RoutingInstance instance, LinkTable links, PrefixIndex index, ForeignRoutes ipv4, ForeignRoutes ipv6) {
        this.hasLoopbacks = instance.equals(RoutingInstance.DEFAULT);
        this.links = links;
        this.index = index;
        this.ipv4 = ipv4;
        this.ipv6 = ipv6;
    }

    /**
     * Tells an observer, from now on, of every prefix for which something may have changed, instead of the one before; null for
     * nobody, which costs nothing. It is called while the table hears from the kernel, perhaps more than once for a prefix, and
     * must only remember it.
     */
    public void observe(@Nullable Consumer<IpPrefix> changed) {
        observer = changed;
        loopbacks = hostsOnLoopback();
        up = links.up();
    }

    /**
     * The route that the kernel uses for exactly this prefix; empty when there is none, and when those there are would stand
     * behind one of ours.
     */
    public Optional<ForeignRoute> inForce(IpPrefix prefix) {
        int id = prefixes(prefix.family()).find(prefix);
        ForeignRoute winner =
                id == PrefixTable.NONE ? null : of(prefix.family()).winner(id);
        return Optional.ofNullable(winner == null ? loopback(prefix) : winner);
    }

    private @Nullable ForeignRoute loopback(IpPrefix prefix) {
        Integer link = loopbacks.get(prefix);
        List<NextHop.Hop> there = link == null ? List.of() : List.of(new NextHop.Hop(null, link, 1, false));
        return link == null
                ? null
                : new ForeignRoute(RoutingInstance.DEFAULT.kernelTable(), prefix, there, PROTOCOL_KERNEL, 0);
    }

    /** Whether there is any route for exactly this prefix, be it one that stands behind ours. */
    public boolean isKnown(IpPrefix prefix) {
        int id = prefixes(prefix.family()).find(prefix);
        return id != PrefixTable.NONE && of(prefix.family()).first(id) != null || loopbacks.containsKey(prefix);
    }

    /** Whether packets can leave by a route: over a link that is up, or into the void where the route says so. */
    public boolean leadsSomewhere(ForeignRoute route) {
        return route.hops().stream().anyMatch(hop -> hop.isDiscard() || links.isUp(hop.link()));
    }

    /** Whether a route leads to a loopback device only: packets for it are for this host. */
    public boolean endsHere(ForeignRoute route) {
        return route.hops().stream().allMatch(hop -> links.isLoopback(hop.link()));
    }

    /** The prefixes of all that there are; a copy. */
    public Set<IpPrefix> prefixes() {
        Set<IpPrefix> all = new LinkedHashSet<>(loopbacks.keySet());
        forEach((prefix, routes) -> all.add(prefix));
        return all;
    }

    private Map<IpPrefix, Integer> hostsOnLoopback() {
        Map<IpPrefix, Integer> hosts = new HashMap<>();
        for (HostAddress own : hasLoopbacks ? links.onLoopback() : List.<HostAddress>of()) {
            boolean single = own.length() == AddressFamily.IPV4.bits() && own.peer() == null;
            if (own.address().family() == AddressFamily.IPV4 && single) {
                hosts.put(own.network(), own.link());
            }
        }
        return hosts;
    }

    private void forEach(BiConsumer<IpPrefix, List<ForeignRoute>> action) {
        for (AddressFamily family : AddressFamily.values()) {
            of(family).forEach((id, routes) -> action.accept(prefixes(family).prefix(id), routes));
        }
    }

    /** The routes for a prefix number are others now. */
    void changed(PrefixTable prefixes, int id) {
        Consumer<IpPrefix> told = observer;
        if (told != null) {
            told.accept(prefixes.prefix(id));
        }
    }

    /** Links or addresses may be others now. */
    void linksChanged() {
        Consumer<IpPrefix> told = observer;
        if (told == null) {
            return;
        }
        Set<IpPrefix> hosts = new LinkedHashSet<>(loopbacks.keySet());
        loopbacks = hostsOnLoopback();
        hosts.addAll(loopbacks.keySet());
        hosts.forEach(told);
        Set<Integer> now = links.up();
        if (!now.equals(up)) {
            Set<Integer> before = up;
            up = now;
            forEach((prefix, routes) -> {
                if (routes.stream().anyMatch(route -> overAnyOf(route, before) != overAnyOf(route, now))) {
                    told.accept(prefix);
                }
            });
        }
    }

    private static boolean overAnyOf(ForeignRoute route, Set<Integer> some) {
        return route.hops().stream().anyMatch(hop -> some.contains(hop.link()));
    }

    private ForeignRoutes of(AddressFamily family) {
        return family == AddressFamily.IPV4 ? ipv4 : ipv6;
    }

    private PrefixTable prefixes(AddressFamily family) {
        return index.table(family);
    }
}

package dev.espalier.routing;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.net.PrefixTable;
import dev.espalier.route.Links.ForeignRoute;
import dev.espalier.route.NextHop;
import dev.espalier.route.NextHop.Hop;
import dev.espalier.route.RouteSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the ways to a next hop: the longest match among the kernel's own routes and ours, again for the next hops of ours,
 * until every way ends at a neighbour on a link that is up (RFC 4271 section 9.1.2.1).
 *
 * <p>The answer depends on nothing but the routes, links and groups as they are now, never on earlier answers, so that the
 * order of events does not matter and two routes cannot keep each other alive. Five rules keep that sound:
 * <ul>
 *   <li>a route of ours that sends to the very next hop in question is passed over, and a shorter one may serve: the usual
 *       case of a neighbour that announces the network it is in;
 *   <li>a longer loop (A through a route to B, B through a route to A) makes the next hop unresolvable, without a look at
 *       shorter routes: these would make the loop's routes usable, and so break themselves;
 *   <li>a route of ours whose next hops do not resolve is not in the kernel, so that the next shorter one is what counts;
 *   <li>a route leaked from another routing instance is passed over: what it sends to was resolved there, perhaps by a route that was
 *       leaked from here, and two instances would keep each other's routes alive;
 *   <li>the packets of a tunnel do not travel by a route that may itself go through a tunnel, and not by a shorter one either: the
 *       kernel would take the longer one all the same, and the packets would turn in a circle.
 * </ul>
 */
final class NextHopResolver {

    /** How many routes of ours may lead one to the next. Real networks have two or three. */
    static final int MAX_DEPTH = 8;

    private final PrefixIndex index;
    private final LinkTable links;
    private final Perspective ipv4;
    private final Perspective ipv6;
    private final GroupTable groups;
    private boolean throughDefault;

    /** The routes of one family. */
    record Perspective(RouteRows rows, ForeignRoutes foreign) {}

    /**
     * An answer.
     *
     * @param state what is known of the next hop
     * @param visited all next hops that were looked at on the way, itself among them
     */
    record Resolution(NextHopState state, Set<NextHopKey> visited) {}

    /** What a step found. A final one forbids a look at shorter routes. */
    private record Step(NextHopState state, boolean last, boolean loop) {
        static Step of(NextHopState state) {
            return new Step(state, true, false);
        }

        static Step not(String because) {
            return new Step(NextHopState.unresolvable(because), true, false);
        }

        static Step notHere(String because) {
            return new Step(NextHopState.unresolvable(because), false, false);
        }

        static Step loop(String because) {
            return new Step(NextHopState.unresolvable(because), true, true);
        }
    }

    NextHopResolver(
            PrefixIndex index,
            LinkTable links,
            Perspective ipv4,
            Perspective ipv6,
            GroupTable groups,
            boolean throughDefault) {
        this.index = index;
        this.links = links;
        this.ipv4 = ipv4;
        this.ipv6 = ipv6;
        this.groups = groups;
        this.throughDefault = throughDefault;
    }

    /** Whether a default route may lead to a next hop. Returns whether that is new. */
    boolean throughDefault(boolean allowed) {
        boolean differs = throughDefault != allowed;
        throughDefault = allowed;
        return differs;
    }

    /** The ways to a next hop, as things are now. */
    Resolution resolve(NextHopKey key) {
        Walk walk = new Walk();
        return new Resolution(walk.resolve(key).state(), walk.visited);
    }

    /** One question, with the next hops on the way from it to here. */
    private final class Walk {
        private final Set<NextHopKey> visited = new LinkedHashSet<>();
        private final List<NextHopKey> path = new ArrayList<>();

        Step resolve(NextHopKey key) {
            visited.add(key);
            if (path.contains(key)) {
                return Step.loop("it resolves through itself: " + describePath(key));
            }
            if (path.size() == MAX_DEPTH) {
                return Step.loop("more than " + MAX_DEPTH + " routes lead one to the next: " + describePath(key));
            }
            Step alone = withoutRoutes(key);
            if (alone != null) {
                return alone;
            }
            path.add(key);
            Step found = longestMatch(key.address());
            path.removeLast();
            return found;
        }

        private String describePath(NextHopKey last) {
            StringBuilder text = new StringBuilder();
            path.forEach(key -> text.append(key).append(" -> "));
            return text.append(last).toString();
        }

        private Step longestMatch(IpAddress address) {
            PrefixTable prefixes = index.table(address.family());
            Perspective routes = perspective(address.family());
            String because = "no route leads to " + address;
            int maxLength = address.family().bits();
            while (maxLength >= 0) {
                int id = prefixes.longestMatch(
                        address.high(),
                        address.low(),
                        maxLength,
                        candidate -> routes.rows.size(candidate) > 0 || routes.foreign.first(candidate) != null);
                if (id == PrefixTable.NONE) {
                    break;
                }
                int length = prefixes.length(id);
                if (length == 0 && !throughDefault) {
                    return Step.not(
                            "only the default route leads to " + address + ", and resolving through it is turned off");
                }
                Step step = through(id, address, routes);
                if (step.last()) {
                    return step;
                }
                because = step.state().because();
                maxLength = length - 1;
            }
            return Step.not(because);
        }

        /** By the routes for one prefix, in the order in which the kernel would take them. */
        private Step through(int id, IpAddress address, Perspective routes) {
            ForeignRoute winner = routes.foreign.winner(id);
            if (winner != null) {
                return byForeign(winner, address);
            }
            Step step = Step.notHere("no route leads to " + address);
            for (int candidate = 0; candidate < routes.rows.size(id); candidate++) {
                step = byOurs(id, candidate, address, routes.rows);
                if (step.last()) {
                    return step;
                }
            }
            ForeignRoute foreign = routes.foreign.first(id);
            return foreign == null ? step : byForeign(foreign, address);
        }

        private Step byOurs(int id, int candidate, IpAddress address, RouteRows rows) {
            NextHopGroup group = groups.get(rows.group(id, candidate));
            String route = index.table(address.family()).prefix(id) + " from " + rows.source(id, candidate);
            if (rows.source(id, candidate) == RouteSource.LEAKED) {
                return Step.notHere("only the route " + route + " leads to " + address
                        + ", and next hops do not resolve by a route of another routing instance");
            }
            if (path.getLast().outer() && group.mayUseTunnel()) {
                return Step.loop(
                        "the route " + route + " leads to " + address + ", and that may go through a tunnel itself");
            }
            if (group.contains(path.getLast())) {
                return Step.notHere("only the route " + route + " leads to " + address + ", and that uses it itself");
            }
            Step step = byMembers(group.members, id, candidate, address, rows, route);
            boolean useBackup = !step.state().resolvable() && !step.loop() && !group.backup.isEmpty();
            if (!useBackup) {
                return step;
            }
            // Until the route's source has decided anew. To the backup itself it cannot lead: that would be a loop.
            return group.fallsBackTo(path.getLast())
                    ? step
                    : byMembers(group.backup, id, candidate, address, rows, route);
        }

        private Step byMembers(
                List<NextHop> members, int id, int candidate, IpAddress address, RouteRows rows, String route) {
            HopShares shares = new HopShares();
            Step failure = Step.notHere("the route " + route + " does not resolve");
            boolean direct = true;
            for (NextHop member : members) {
                switch (member) {
                    case NextHop.Discard _ -> {
                        return Step.not("the route " + route + " drops packets");
                    }
                    case NextHop.Attached(int link) -> {
                        if (links.isUp(link)) {
                            // our route does not make the kernel believe in a neighbour there, hence on-link
                            shares.add(1, List.of(new Hop(address, link, 1, true)));
                        } else {
                            failure = Step.notHere(links.whyDown(link));
                        }
                    }
                    case NextHop.Through through -> {
                        Step step = through(through);
                        if (step.state().resolvable()) {
                            shares.add(through.weight(), step.state().hops());
                            direct = false;
                        } else if (step.loop() || !failure.loop()) {
                            failure = new Step(step.state(), step.loop(), step.loop());
                        }
                    }
                    case NextHop.Via via -> {
                        Step step = resolve(new NextHopKey(
                                via.address(), via.link(), path.getLast().outer()));
                        if (step.state().resolvable()) {
                            shares.add(via.weight(), step.state().hops());
                            direct = false;
                        } else if (step.loop() || !failure.loop()) {
                            failure = new Step(step.state(), step.loop(), step.loop());
                        }
                    }
                }
            }
            List<Hop> hops = shares.toHops();
            return hops.isEmpty()
                    ? failure
                    : Step.of(new NextHopState(
                            true, direct ? 0 : rows.metric(id, candidate), direct, hops, "by the route " + route));
        }

        private Step through(NextHop.Through through) {
            Step plain = resolve(NextHopKey.plain(through));
            Step outer = resolve(NextHopKey.outer(through));
            NextHopState state = TunnelWays.of(through, plain.state(), outer.state(), links);
            return new Step(state, state.resolvable(), !state.resolvable() && outer.loop());
        }

        private Step byForeign(ForeignRoute route, IpAddress address) {
            HopShares shares = new HopShares();
            boolean direct = true;
            String down = "";
            for (Hop hop : route.hops()) {
                if (hop.isDiscard()) {
                    return Step.not("the kernel's route " + route.prefix() + " drops packets");
                }
                if (!links.isUp(hop.link())) {
                    down = links.whyDown(hop.link());
                } else if (hop.gateway() == null) {
                    shares.add(hop.weight(), List.of(new Hop(address, hop.link(), 1, false)));
                } else {
                    direct = false;
                    shares.add(hop.weight(), List.of(hop));
                }
            }
            List<Hop> hops = shares.toHops();
            if (hops.isEmpty()) {
                // the kernel keeps using a route whose link has lost its carrier: a shorter one would not be taken
                return Step.not(down + ", and the kernel's route " + route.prefix() + " leads there");
            }
            String because = direct
                    ? "on " + links.name(hops.getFirst().link()) + ", in " + route.prefix()
                    : "by the kernel's route " + route.prefix() + " (" + ForeignRoutes.describe(route) + ")";
            return Step.of(new NextHopState(true, direct ? 0 : route.metric(), direct, hops, because));
        }
    }

    /** What can be said without a look at routes; null when routes decide. */
    private @Nullable Step withoutRoutes(NextHopKey key) {
        IpAddress address = key.address();
        if (!links.isKnown()) {
            return Step.not("the kernel has not told its links yet");
        }
        if (address.isUnspecified() || address.isLoopback() || address.isMulticast()) {
            return Step.not(address + " is not the address of a neighbour");
        }
        if (links.isOwn(address)) {
            return Step.not(address + " is this host's own address");
        }
        if (key.link() != 0) {
            return onLink(address, key.link());
        }
        if (address.family() == AddressFamily.IPV6 && address.isLinkLocal()) {
            return Step.not(address + " is link-local: it means nothing without its link");
        }
        return null;
    }

    private Step onLink(IpAddress address, int link) {
        if (!links.isUp(link)) {
            return Step.not(links.whyDown(link));
        }
        // every link has fe80::/64; of other addresses the kernel must be told that they are neighbours
        boolean onLink = address.family() == AddressFamily.IPV4 || !address.isLinkLocal();
        Hop hop = new Hop(address, link, 1, onLink);
        return Step.of(new NextHopState(true, 0, true, List.of(hop), "on " + links.name(link)));
    }

    private Perspective perspective(AddressFamily family) {
        return switch (family) {
            case IPV4 -> ipv4;
            case IPV6 -> ipv6;
        };
    }
}

package dev.espalier.bgp.engine;

import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.table.AttributeTable;
import dev.espalier.bgp.table.PathSource;
import dev.espalier.bgp.table.Rib;
import dev.espalier.net.Asn;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.PrefixTable;
import dev.espalier.policy.InstallProtocol;
import dev.espalier.policy.Policy;
import dev.espalier.policy.PolicyRoute;
import dev.espalier.route.AttributeType;
import dev.espalier.route.Links.ForeignRoute;
import dev.espalier.route.NextHop;
import dev.espalier.route.PathAttributes;
import dev.espalier.route.RouteSource;
import dev.espalier.routing.HostRoutes;
import dev.espalier.routing.RoutingTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What another routing instance gets of a prefix, and why or why not: this instance's best path, unless that is leaked itself, with the
 * ways that packets take here, as far as the policy between the two accepts it. Worked out anew whenever somebody asks; the same code
 * leaks and explains. Owned by the table's loop.
 */
final class LeakRules {

    private final AttributeTable attributes;
    private final IntFunction<PathSource> sources;
    private final RoutingTable routing;
    private final Originations originations;
    private final PolicyRoute route = new PolicyRoute();

    LeakRules(
            AttributeTable attributes,
            IntFunction<PathSource> sources,
            RoutingTable routing,
            Originations originations) {
        this.attributes = attributes;
        this.sources = sources;
        this.routing = routing;
        this.originations = originations;
    }

    /**
     * A verdict.
     *
     * @param route what is leaked; null when nothing is
     * @param refusal why nothing is; null when something is
     * @param because what the policy said; null when it was not asked
     */
    record Judgement(
            @Nullable LeakedRoute route,
            @Nullable LeakRefusal refusal,
            @Nullable String because) {

        private static Judgement refused(LeakRefusal refusal) {
            return new Judgement(null, refusal, null);
        }

        /** For people. */
        String words() {
            String by = because == null ? "" : because;
            return refusal == null
                    ? "leaked by " + by
                    : "not leaked: " + refusal + (by.isEmpty() ? "" : " (" + by + ")");
        }
    }

    /**
     * Judges the best path of a prefix that is decided.
     *
     * @param prefixId the number of the prefix; it may have no path
     */
    Judgement judge(LocRib locRib, int prefixId, LeakTarget target) {
        Rib rib = locRib.rib();
        int best = rib.best(prefixId);
        if (best == Rib.NONE) {
            return Judgement.refused(LeakRefusal.NO_BEST_PATH);
        }
        PathSource from = sources.apply(rib.source(best));
        if (from.kind() == RouteSource.LEAKED) {
            return Judgement.refused(LeakRefusal.LEAKED_ITSELF);
        }
        PathAttributes leaving = leaving(attributes.get(rib.accepted(best)));
        if (loops(leaving, target.asn())) {
            return Judgement.refused(LeakRefusal.AS_LOOP);
        }
        List<NextHop> ways = ways(locRib, prefixId, from);
        if (ways == null) {
            return Judgement.refused(LeakRefusal.NO_WAY);
        }
        Policy.Verdict verdict = target.policy().judge(fill(rib, prefixId, from, leaving, target));
        PathAttributes accepted = verdict.attributes();
        return accepted == null
                ? new Judgement(null, LeakRefusal.POLICY, verdict.because())
                : new Judgement(
                        arriving(rib.prefixes().prefix(prefixId), leaving, accepted, ways), null, verdict.because());
    }

    /** What reflectors wrote into a path is about the sessions of this instance (RFC 4456 section 8), and stays here. */
    private static PathAttributes leaving(PathAttributes best) {
        return best.hasOriginatorId() || best.clusterListLength() > 0
                ? best.toBuilder()
                        .remove(AttributeType.ORIGINATOR_ID)
                        .remove(AttributeType.CLUSTER_LIST)
                        .build()
                : best;
    }

    /** Our own AS has been looked for when the path came, as often as the peer is allowed to have it there. */
    private boolean loops(PathAttributes leaving, Asn other) {
        return !other.equals(sources.apply(PathSource.SELF).asn())
                && leaving.asPath().occurrences(other) > 0;
    }

    /** A next hop that the policy left alone means something here only: the ways go in its place. */
    private static LeakedRoute arriving(
            IpPrefix prefix, PathAttributes leaving, PathAttributes accepted, List<NextHop> ways) {
        boolean setByPolicy = accepted.nextHop() != null && !Objects.equals(accepted.nextHop(), leaving.nextHop());
        return setByPolicy
                ? new LeakedRoute(prefix, accepted, List.of())
                : new LeakedRoute(prefix, accepted.withNextHop(null, null), ways);
    }

    /** Where packets go; empty for nowhere but this host, null when nothing can be reached at the moment. */
    private @Nullable List<NextHop> ways(LocRib locRib, int prefixId, PathSource from) {
        if (from.kind() == RouteSource.LOCAL) {
            return waysOfOurs(locRib, prefixId);
        }
        List<NextHop.Hop> hops = routing.ways(locRib.family().addresses(), prefixId);
        return hops.isEmpty() ? null : towards(hops);
    }

    /** A route of the host is forwarded as the host does it; what else we announce is dropped here, or is for this host. */
    private List<NextHop> waysOfOurs(LocRib locRib, int prefixId) {
        IpPrefix prefix = locRib.rib().prefixes().prefix(prefixId);
        HostRoutes host = routing.hostRoutes();
        if (Redistribution.OWNER.equals(originations.claims().speaksFor(prefix))) {
            ForeignRoute route = host.inForce(prefix).orElse(null);
            return route == null || host.endsHere(route) ? List.of() : towards(route.hops());
        }
        SpeakerConfig.Origination ours = originations.of(locRib.family(), prefixId);
        return ours != null && ours.discard() ? List.of(new NextHop.Discard()) : List.of();
    }

    private static List<NextHop> towards(List<NextHop.Hop> hops) {
        List<NextHop> ways = new ArrayList<>(hops.size());
        for (NextHop.Hop hop : hops) {
            if (hop.isDiscard()) {
                return List.of(new NextHop.Discard());
            }
            ways.add(
                    hop.gateway() == null
                            ? new NextHop.Attached(hop.link())
                            : new NextHop.Via(hop.gateway(), hop.link(), hop.weight()));
        }
        return ways;
    }

    private PolicyRoute fill(Rib rib, int prefixId, PathSource from, PathAttributes leaving, LeakTarget target) {
        PrefixTable prefixes = rib.prefixes();
        boolean ours = from.kind() == RouteSource.LOCAL;
        route.family = rib.family().addresses();
        route.high = prefixes.high(prefixId);
        route.low = prefixes.low(prefixId);
        route.length = prefixes.length(prefixId);
        route.attributes = leaving;
        route.source = InstallProtocol.of(from.kind());
        route.neighbor = ours ? null : from.address();
        route.neighborAs = ours ? null : from.asn();
        route.localAs = target.asn();
        return route;
    }
}

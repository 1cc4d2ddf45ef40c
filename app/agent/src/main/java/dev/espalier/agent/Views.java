package dev.espalier.agent;

import dev.espalier.agent.api.BfdView;
import dev.espalier.agent.api.ExplainView;
import dev.espalier.agent.api.PathView;
import dev.espalier.agent.api.PeerView;
import dev.espalier.agent.api.RouteView;
import dev.espalier.bgp.MaximumPrefixes;
import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.Role;
import dev.espalier.bgp.engine.PeerSnapshot;
import dev.espalier.bgp.engine.PrefixSnapshot;
import dev.espalier.bgp.fsm.SessionState;
import dev.espalier.bgp.session.Negotiated;
import dev.espalier.bgp.session.SessionStatus;
import dev.espalier.bgp.wire.Capability;
import dev.espalier.bgp.wire.Family;
import dev.espalier.net.IpAddress;
import dev.espalier.net.Ipv4Address;
import dev.espalier.policy.Policy;
import dev.espalier.route.NextHop;
import dev.espalier.route.PathAttributes;
import dev.espalier.route.RouteSource;
import dev.espalier.routing.Explanation;
import dev.espalier.routing.KernelStatus;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Turns what the engines say into what the API shows. Pure. */
final class Views {

    private Views() {}

    // ---- peers

    static PeerView peer(String instance, PeerSnapshot peer, @Nullable BfdView bfd, long nowNanos) {
        PeerConfig config = peer.config();
        SessionStatus session = peer.session();
        Negotiated agreed = session == null ? null : session.negotiated();
        return new PeerView(
                instance,
                config.name(),
                address(peer),
                config.remote() instanceof PeerConfig.Remote.Range range
                        ? range.range().toString()
                        : null,
                peer.dynamic(),
                session == null ? "Waiting" : session.state().toString(),
                asn(config, agreed),
                agreed == null ? null : agreed.localAs().value(),
                agreed == null || agreed.role() == null ? null : agreed.role().toString(),
                agreed == null ? null : agreed.peerRouterId().toString(),
                agreed == null ? null : agreed.internal(),
                session == null ? 0 : TimeUnit.NANOSECONDS.toSeconds(nowNanos - session.sinceNanos()),
                session == null ? null : session.lastDown(),
                hint(peer, agreed),
                agreed == null ? null : agreed.local().toString(),
                agreed == null ? null : agreed.holdSeconds(),
                agreed == null ? null : agreed.keepaliveSeconds(),
                agreed == null
                        ? List.of()
                        : agreed.received().stream().map(Views::capability).toList(),
                agreed == null || agreed.restart() == null
                        ? null
                        : agreed.restart().restartTime(),
                peer.stale().stream().map(Family::toString).sorted().toList(),
                families(peer),
                name(config.importPolicy()),
                name(config.exportPolicy()),
                session == null ? 0 : session.establishedCount(),
                session == null ? 0 : session.messagesReceived(),
                session == null ? 0 : session.messagesSent(),
                session == null ? 0 : session.updatesReceived(),
                session == null ? 0 : session.updatesSent(),
                session == null ? 0 : session.findings(),
                bfd);
    }

    /** A link-local address means nothing without its interface; a peer by interface may have no address yet. */
    private static @Nullable String address(PeerSnapshot peer) {
        IpAddress address = peer.address();
        String link =
                switch (peer.config().remote()) {
                    case PeerConfig.Remote.Address one -> one.link();
                    case PeerConfig.Remote.Interface(String name) -> name;
                    case PeerConfig.Remote.Range _ -> null;
                };
        if (address == null) {
            return link == null ? null : "%" + link;
        }
        return link == null ? address.toString() : address + "%" + link;
    }

    private static @Nullable Long asn(PeerConfig config, @Nullable Negotiated agreed) {
        if (agreed != null) {
            return agreed.peerAs().value();
        }
        return config.asn() instanceof PeerConfig.RemoteAs.Exactly number
                ? number.asn().value()
                : null;
    }

    private static @Nullable String name(@Nullable Policy policy) {
        return policy == null ? null : policy.name();
    }

    private static @Nullable String hint(PeerSnapshot peer, @Nullable Negotiated agreed) {
        if (agreed == null) {
            return peer.session() != null && peer.session().state() == SessionState.IDLE
                    ? peer.session().lastDown()
                    : null;
        }
        boolean external = !agreed.internal();
        if (external && peer.config().importPolicy() == null) {
            return "no import policy: nothing is accepted from this external peer (RFC 8212); set spec.importPolicy, for "
                    + "instance [accept-all]";
        }
        if (external && peer.config().exportPolicy() == null) {
            return "no export policy: nothing is announced to this external peer (RFC 8212); set spec.exportPolicy, for "
                    + "instance [accept-all]";
        }
        return limitHint(peer);
    }

    private static @Nullable String limitHint(PeerSnapshot peer) {
        MaximumPrefixes limits = peer.config().maximumPrefixes();
        MaximumPrefixes.In in = limits.in();
        for (Map.Entry<Family, PeerSnapshot.Routes> entry : new TreeMap<>(peer.routes()).entrySet()) {
            PeerSnapshot.Routes routes = entry.getValue();
            int counted = in != null && in.acceptedOnly() ? routes.accepted() : routes.received();
            if (in != null && counted > in.limit()) {
                return "it sends " + counted + " " + entry.getKey() + " prefixes, more than the " + in.limit()
                        + " of spec.maximumPrefixes.in, which only warns: filter there what we should not get, or raise the limit";
            }
            if (routes.heldBack() > 0) {
                return "it is told " + routes.sent() + " " + entry.getKey()
                        + " prefixes, as many as spec.maximumPrefixes.out " + "allows, and not " + routes.heldBack()
                        + " others: raise the limit, or announce fewer";
            }
        }
        return null;
    }

    private static Map<String, PeerView.Routes> families(PeerSnapshot peer) {
        Map<String, PeerView.Routes> families = new TreeMap<>();
        peer.routes()
                .forEach((family, routes) -> families.put(
                        family.toString(),
                        new PeerView.Routes(
                                routes.received(),
                                routes.accepted(),
                                routes.best(),
                                routes.sent(),
                                routes.heldBack(),
                                peer.endOfRib().contains(family))));
        return families;
    }

    private static String capability(Capability capability) {
        return switch (capability) {
            case Capability.Multiprotocol(int afi, int safi) -> {
                Family family = Family.of(afi, safi);
                yield "multiprotocol " + (family == null ? afi + "/" + safi : family);
            }
            case Capability.RouteRefresh refresh -> "route-refresh";
            case Capability.ExtendedNextHop extended -> "extended-next-hop";
            case Capability.ExtendedMessage extended -> "extended-message";
            case Capability.BgpRole(int role) -> "role " + Role.nameOf(role);
            case Capability.GracefulRestart restart ->
                "graceful-restart " + restart.restartTime() + " s" + (restart.restarting() ? ", restarting" : "")
                        + (restart.notification() ? ", also after a notification" : "");
            case Capability.FourOctetAs four -> "four-octet-as " + four.asn();
            case Capability.AddPath paths ->
                "add-path " + paths.families().stream().map(Views::addPath).collect(Collectors.joining(", "));
            case Capability.EnhancedRouteRefresh refresh -> "enhanced-route-refresh";
            case Capability.LongLivedGracefulRestart restart ->
                "long-lived-graceful-restart "
                        + restart.families().stream()
                                .mapToInt(Capability.LongLivedFamily::staleTime)
                                .max()
                                .orElse(0)
                        + " s";
            case Capability.Unknown(int code, byte[] value) -> "code " + code;
        };
    }

    private static String addPath(Capability.AddPathFamily offer) {
        Family family = Family.of(offer.afi(), offer.safi());
        String directions = offer.receive() && offer.send() ? "receive and send" : offer.receive() ? "receive" : "send";
        return (family == null ? offer.afi() + "/" + offer.safi() : family) + " " + directions;
    }

    // ---- paths

    static RouteView route(String instance, PrefixSnapshot prefix, Explanation table, IntFunction<String> links) {
        return new RouteView(
                instance,
                prefix.prefix().toString(),
                prefix.paths().stream().map(Views::path).toList(),
                kernel(table.kernel(), links));
    }

    static PathView path(PrefixSnapshot.Path path) {
        PathAttributes accepted = path.accepted();
        return new PathView(
                path.role().name().toLowerCase(Locale.ROOT),
                path.because(),
                path.peer(),
                path.from() == null ? null : path.from().toString(),
                path.leakedFrom(),
                path.stale(),
                Integer.toUnsignedLong(path.pathId()),
                attributes(accepted == null ? path.received() : accepted));
    }

    static PathView.Attributes attributes(PathAttributes a) {
        return new PathView.Attributes(
                a.nextHop() == null ? null : a.nextHop().toString(),
                a.asPath().toString(),
                a.origin().toString(),
                a.hasMed() ? Integer.toUnsignedLong(a.med()) : null,
                a.hasLocalPref() ? Integer.toUnsignedLong(a.localPref()) : null,
                texts(a.communities()),
                texts(a.extendedCommunities()),
                texts(a.largeCommunities()),
                a.atomicAggregate(),
                a.aggregator().map(by -> by.asn() + " " + by.address()).orElse(null),
                a.hasOriginatorId() ? new Ipv4Address(a.originatorId()).toString() : null,
                texts(a.clusterList()),
                a.onlyToCustomer().isPresent() ? a.onlyToCustomer().getAsLong() : null,
                texts(a.unknown()));
    }

    private static List<String> texts(List<?> values) {
        return values.stream().map(Object::toString).toList();
    }

    // ---- the routing table

    static ExplainView explain(
            String instance,
            String prefix,
            @Nullable PrefixSnapshot bgp,
            Explanation table,
            @Nullable String redistribution,
            List<ExplainView.Leak> leaks,
            IntFunction<String> links) {
        return new ExplainView(
                instance,
                prefix,
                bgp != null && bgp.deferred(),
                bgp == null ? List.of() : bgp.paths().stream().map(Views::path).toList(),
                table.candidates().stream().map(c -> candidate(c, links)).toList(),
                kernel(table.kernel(), links),
                bgp == null ? List.of() : bgp.told().stream().map(Views::told).toList(),
                redistribution,
                leaks);
    }

    private static ExplainView.Candidate candidate(Explanation.Candidate candidate, IntFunction<String> links) {
        return new ExplainView.Candidate(
                source(candidate.source()),
                candidate.preference(),
                candidate.metric(),
                texts(candidate.nextHops()),
                candidate.hops().stream().map(hop -> hop(hop, links)).toList(),
                texts(candidate.backup()),
                candidate.isBest(),
                candidate.because());
    }

    private static ExplainView.Told told(PrefixSnapshot.Told told) {
        return new ExplainView.Told(
                told.peer(),
                told.address().toString(),
                told.path(),
                told.pathId() == null ? null : Integer.toUnsignedLong(told.pathId()),
                told.attributes() != null,
                told.because(),
                told.attributes() == null ? null : attributes(told.attributes()));
    }

    static String source(RouteSource source) {
        return source.name().toLowerCase(Locale.ROOT);
    }

    static RouteView.KernelView kernel(KernelStatus status, IntFunction<String> links) {
        return switch (status) {
            case KernelStatus.Installed installed ->
                new RouteView.KernelView(
                        "installed",
                        installed.because(),
                        hops(installed.hops(), links),
                        hops(installed.backup(), links));
            case KernelStatus.Stale stale ->
                new RouteView.KernelView("stale", stale.because(), hops(stale.hops(), links), List.of());
            case KernelStatus.Pending pending ->
                new RouteView.KernelView("pending", pending.because(), List.of(), List.of());
            case KernelStatus.Failed failed ->
                new RouteView.KernelView("failed", failed.because(), List.of(), List.of());
            case KernelStatus.NotWanted unwanted ->
                new RouteView.KernelView("none", unwanted.because(), List.of(), List.of());
        };
    }

    private static List<String> hops(List<NextHop.Hop> hops, IntFunction<String> links) {
        return hops.stream().map(hop -> hop(hop, links)).toList();
    }

    private static String hop(NextHop.Hop hop, IntFunction<String> links) {
        if (hop.isDiscard()) {
            return "discard";
        }
        String weight = hop.weight() == 1 ? "" : " weight " + hop.weight();
        return (hop.gateway() == null ? "" : "via " + hop.gateway() + " ") + "dev " + links.apply(hop.link()) + weight;
    }
}

package dev.espalier.objects.plan;

import dev.espalier.bgp.LocalAs;
import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.PeerConfig.RemoteAs;
import dev.espalier.bgp.wire.Family;
import dev.espalier.net.AddressFamily;
import dev.espalier.net.Asn;
import dev.espalier.net.IpAddress;
import dev.espalier.objects.NodeFacts;
import dev.espalier.objects.SecretReader;
import dev.espalier.objects.kind.BgpPeerSpec;
import dev.espalier.objects.kind.BgpPeerSpec.Remote;
import dev.espalier.objects.kind.RouterSpec;
import dev.espalier.objects.kind.Timers;
import dev.espalier.policy.Policy;
import dev.espalier.route.Secret;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes the peers of one Router. */
final class PeerCompiler {

    private static final int DEFAULT_HOLD_SECONDS = 90; // RFC 4271 section 10
    /** RFC 9687 section 3.2: the greater of eight minutes and twice the hold time. */
    private static final int SHORTEST_USUAL_SEND_HOLD_SECONDS = 480;

    private static final int DEFAULT_CONNECT_RETRY_SECONDS =
            5; // RFC 4271 suggests 120: too long beside a rebooting switch
    private static final int MAX_TTL = 255;

    private final Decoded<RouterSpec> router;
    private final NodeFacts facts;
    private final SecretReader secrets;
    private final PolicyLibrary policies;
    private final Separation separation;
    private final Map<Object, String> byRemote = new HashMap<>();

    PeerCompiler(
            Decoded<RouterSpec> router,
            NodeFacts facts,
            SecretReader secrets,
            PolicyLibrary policies,
            Separation separation) {
        this.router = router;
        this.facts = facts;
        this.secrets = secrets;
        this.policies = policies;
        this.separation = separation;
    }

    /** The peer, or null when this node cannot have it now; then it is said why. */
    @Nullable
    PeerConfig compile(Decoded<BgpPeerSpec> peer) {
        PeerConfig.Remote remote = remote(peer);
        if (remote == null || !isFree(peer, remote)) {
            return null;
        }
        checkAs(peer);
        separation.check(router, peer, remote);
        Policy importPolicy = policies.find(peer.spec().importPolicy(), peer, "spec.importPolicy");
        Policy exportPolicy = policies.find(peer.spec().exportPolicy(), peer, "spec.exportPolicy");
        if (!isInternal(peer.spec())) {
            warnOfDefaultDeny(peer);
        }
        return PeerConfig.builder(peer.name(), remote)
                .asn(peer.spec().asn())
                .session(session(peer, remote))
                .families(families(peer.spec(), remote))
                .importPolicy(importPolicy)
                .exportPolicy(exportPolicy)
                .nextHopSelf(peer.spec().nextHopSelf())
                .nextHopUnchanged(peer.spec().border().nextHopUnchanged())
                .routeReflectorClient(peer.spec().routeReflectorClient())
                .routeServerClient(peer.spec().border().routeServerClient())
                .asPath(peer.spec().border().asPath())
                .sendCommunities(peer.spec().border().sendCommunities())
                .sendLinkBandwidth(peer.spec().border().sendLinkBandwidth())
                .maximumPrefixes(peer.spec().border().maximumPrefixes())
                .addPaths(peer.spec().addPaths())
                .bfd(bfd(peer.spec()))
                .gracefulShutdown(peer.spec().gracefulShutdown())
                .build();
    }

    private PeerConfig.@Nullable Remote remote(Decoded<BgpPeerSpec> peer) {
        return switch (peer.spec().remote()) {
            case null -> null; // an error was reported
            case Remote.Address remote
            when facts.owns(remote.address()) -> {
                peer.warning("spec.address", remote.address() + " is this node's own: the peer is left out here", "");
                yield null;
            }
            case Remote.Address remote -> new PeerConfig.Remote.Address(remote.address(), remote.link());
            case Remote.Range remote -> new PeerConfig.Remote.Range(remote.prefix(), remote.limit());
            case Remote.Interface remote -> link(peer, remote);
            case Remote.DefaultGateway remote -> gateway(peer, remote);
        };
    }

    private PeerConfig.Remote link(Decoded<BgpPeerSpec> peer, Remote.Interface remote) {
        if (facts.interfaces().stream().noneMatch(known -> known.name().equals(remote.link()))) {
            peer.warning(
                    "spec.interface",
                    "node " + facts.name() + " has no interface " + remote.link() + ": the peer waits for it",
                    "");
        }
        return new PeerConfig.Remote.Interface(remote.link());
    }

    private PeerConfig.@Nullable Remote gateway(Decoded<BgpPeerSpec> peer, Remote.DefaultGateway remote) {
        AddressFamily family = remote.family();
        Optional<NodeFacts.Gateway> gateway = family == null
                ? facts.defaultGateway(AddressFamily.IPV4).or(() -> facts.defaultGateway(AddressFamily.IPV6))
                : facts.defaultGateway(family);
        if (gateway.isEmpty()) {
            peer.warning(
                    "spec.discover",
                    "node " + facts.name() + " has no "
                            + (family == null ? "" : family == AddressFamily.IPV4 ? "IPv4 " : "IPv6 ")
                            + "default gateway: the peer waits for one",
                    "");
            return null;
        }
        IpAddress address = gateway.get().address();
        boolean needsLink = address.family() == AddressFamily.IPV6 && address.isLinkLocal();
        return new PeerConfig.Remote.Address(address, needsLink ? gateway.get().link() : null);
    }

    /** Two peers cannot be one neighbour: nobody could say whose session an incoming connection is. */
    private boolean isFree(Decoded<BgpPeerSpec> peer, PeerConfig.Remote remote) {
        Object who = remote instanceof PeerConfig.Remote.Range range ? range.range() : remote;
        String other = byRemote.putIfAbsent(who, peer.object().reference());
        if (other == null) {
            return true;
        }
        String field =
                switch (peer.spec().remote()) {
                    case Remote.Range _ -> "spec.listenRange";
                    case Remote.Interface _ -> "spec.interface";
                    case Remote.DefaultGateway _ -> "spec.discover";
                    case Remote.Address _ -> "spec.address";
                    case null -> "spec";
                };
        String address =
                switch (remote) {
                    case PeerConfig.Remote.Address one -> one.address().toString();
                    case PeerConfig.Remote.Range range -> range.range().toString();
                    case PeerConfig.Remote.Interface(String link) -> "interface " + link;
                };
        peer.error(field, other + " is already the peer for " + address, "remove or change one of the two");
        return false;
    }

    /** What contradicts the AS of the Router; words such as {@code internal} were checked when the peer was read. */
    private void checkAs(Decoded<BgpPeerSpec> peer) {
        Asn own = router.spec().asn();
        checkLocalAs(peer, own);
        if (!(peer.spec().asn() instanceof RemoteAs.Exactly(Asn remote)) || router.isBroken()) {
            return;
        }
        if (remote.equals(own) && peer.spec().ebgpMultihop() > 0) {
            peer.error("spec.ebgpMultihop", "is for external peers, and AS " + remote + " is our own", "remove it");
        }
        if (remote.equals(own)) {
            for (String field : peer.spec().border().externalOnly()) {
                peer.error("spec." + field, "is for external peers, and AS " + remote + " is our own", "remove it");
            }
        }
        if (!remote.equals(own) && peer.spec().routeReflectorClient()) {
            peer.error(
                    "spec.routeReflectorClient",
                    "is for internal peers, and AS " + remote + " is not our own AS " + own,
                    "remove it");
        }
    }

    /** RFC 7705: the AS that a peer knows us by is neither ours, or it would change nothing, nor the peer's own. */
    private void checkLocalAs(Decoded<BgpPeerSpec> peer, Asn own) {
        LocalAs localAs = peer.spec().border().localAs();
        if (localAs == null || router.isBroken() || peer.isBroken()) {
            return;
        }
        if (localAs.asn().equals(own)) {
            peer.error(
                    "spec.localAs.asn", own + " is the AS of " + router.object().reference() + " already", "remove it");
        } else if (peer.spec().asn().equals(new RemoteAs.Exactly(localAs.asn()))) {
            peer.error(
                    "spec.localAs.asn",
                    localAs.asn() + " is the peer's own AS, and the session would be internal for it",
                    "use another number");
        }
    }

    /** RFC 8212: what nobody wrote a policy for does not pass; people new to it wonder where their routes are. */
    private static void warnOfDefaultDeny(Decoded<BgpPeerSpec> peer) {
        if (peer.spec().importPolicy() == null) {
            peer.warning(
                    "spec",
                    "has no importPolicy, so that no route of an external peer is accepted (RFC 8212)",
                    "name a RoutePolicy, or write importPolicy: [accept-all]");
        }
        if (peer.spec().exportPolicy() == null) {
            peer.warning(
                    "spec",
                    "has no exportPolicy, so that an external peer is told nothing (RFC 8212)",
                    "name a RoutePolicy, or write exportPolicy: [accept-all]");
        }
    }

    private static PeerConfig.@Nullable Bfd bfd(BgpPeerSpec peer) {
        return peer.bfdProfile() == null ? null : new PeerConfig.Bfd(peer.bfdProfile(), peer.bfdStrict());
    }

    private boolean isInternal(BgpPeerSpec peer) {
        return peer.asn() instanceof RemoteAs.Internal
                || peer.asn() instanceof RemoteAs.Exactly(Asn remote)
                        && remote.equals(router.spec().asn());
    }

    private Set<Family> families(BgpPeerSpec peer, PeerConfig.Remote remote) {
        List<Family> chosen =
                peer.families() != null ? peer.families() : router.spec().families();
        if (chosen != null) {
            return Set.copyOf(chosen);
        }
        return switch (remote) {
            case PeerConfig.Remote.Address one ->
                Set.of(Family.unicast(one.address().family()));
            case PeerConfig.Remote.Range range ->
                Set.of(Family.unicast(range.range().family()));
            case PeerConfig.Remote.Interface _ -> Set.of(Family.IPV4_UNICAST, Family.IPV6_UNICAST);
        };
    }

    private PeerConfig.Session session(Decoded<BgpPeerSpec> peer, PeerConfig.Remote remote) {
        BgpPeerSpec spec = peer.spec();
        Timers ours = router.spec().timers();
        Timers its = spec.timers();
        int hold = first(its.holdTime(), ours.holdTime(), DEFAULT_HOLD_SECONDS);
        return PeerConfig.Session.USUAL.toBuilder()
                .port(spec.port())
                .passive(spec.passive())
                .source(spec.sourceAddress())
                .password(password(peer))
                .ttl(ttl(spec))
                .minimumTtl(spec.ttlSecurityHops() == 0 ? 0 : MAX_TTL + 1 - spec.ttlSecurityHops())
                .holdSeconds(hold)
                .keepaliveSeconds(keepalive(peer, hold))
                .connectRetrySeconds(first(its.connectRetry(), ours.connectRetry(), DEFAULT_CONNECT_RETRY_SECONDS))
                .gracefulRestart(restartTime(spec))
                .longLivedStaleTime(longLivedStaleTime(spec))
                .sendHoldSeconds(first(
                        its.sendHoldTime(), ours.sendHoldTime(), Math.max(SHORTEST_USUAL_SEND_HOLD_SECONDS, 2 * hold)))
                .extendedMessages(spec.extendedMessages())
                .role(spec.border().role())
                .roleStrict(spec.border().roleStrict())
                .localAs(spec.border().localAs())
                .extendedNextHop(extendedNextHop(peer, remote))
                .build();
    }

    /** A link between link-local addresses may have no IPv4 address at all; elsewhere somebody has to want it. */
    private static boolean extendedNextHop(Decoded<BgpPeerSpec> peer, PeerConfig.Remote remote) {
        Boolean wanted = peer.spec().extendedNextHop();
        return wanted != null ? wanted : isLinkLocal(remote);
    }

    private static boolean isLinkLocal(PeerConfig.Remote remote) {
        return switch (remote) {
            case PeerConfig.Remote.Address one -> one.link() != null;
            case PeerConfig.Remote.Range range ->
                range.range().family() == AddressFamily.IPV6
                        && range.range().address().isLinkLocal();
            case PeerConfig.Remote.Interface _ -> true;
        };
    }

    /** The interval, which a third of the hold time bounds; a peer's own that is longer is refused rather than shortened. */
    private int keepalive(Decoded<BgpPeerSpec> peer, int hold) {
        Integer its = peer.spec().timers().keepaliveInterval();
        if (its != null && its > hold / 3 && !peer.isBroken() && !router.isBroken()) {
            peer.error(
                    "spec.timers.keepaliveInterval",
                    "must be at most a third of the hold time of " + hold + " s that the peer gets from "
                            + router.object().reference() + ", not " + its,
                    "set 'holdTime' here too");
        }
        return Math.min(first(its, router.spec().timers().keepaliveInterval(), hold / 3), hold / 3);
    }

    private static int first(@Nullable Integer its, @Nullable Integer ours, int otherwise) {
        return its != null ? its : ours != null ? ours : otherwise;
    }

    private int ttl(BgpPeerSpec peer) {
        if (peer.ttlSecurityHops() > 0 || isInternal(peer)) {
            return MAX_TTL;
        }
        return peer.ebgpMultihop() > 0 ? peer.ebgpMultihop() : 1;
    }

    private int restartTime(BgpPeerSpec peer) {
        boolean enabled = peer.gracefulRestart() != null
                ? peer.gracefulRestart()
                : router.spec().gracefulRestart().enabled();
        return enabled
                ? first(
                        peer.restartTime(),
                        null,
                        router.spec().gracefulRestart().restartTime())
                : 0;
    }

    private int longLivedStaleTime(BgpPeerSpec peer) {
        return restartTime(peer) == 0
                ? 0
                : first(
                        peer.longLivedStaleTime(),
                        null,
                        router.spec().gracefulRestart().longLivedStaleTime());
    }

    private @Nullable Secret password(Decoded<BgpPeerSpec> peer) {
        String file = peer.spec().passwordFile();
        if (file == null || peer.isBroken()) {
            return peer.spec().password();
        }
        return switch (secrets.read(file)) {
            case SecretReader.Answer.Found found -> found.secret();
            case SecretReader.Answer.Refused refused -> {
                peer.error("spec.passwordSecret.file", refused.message(), refused.hint());
                yield null;
            }
        };
    }
}

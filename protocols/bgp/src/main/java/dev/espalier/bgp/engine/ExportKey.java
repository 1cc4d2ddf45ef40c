package dev.espalier.bgp.engine;

import dev.espalier.bgp.CommunityKind;
import dev.espalier.bgp.LocalAs;
import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.Role;
import dev.espalier.bgp.SendLinkBandwidth;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.session.Negotiated;
import dev.espalier.bgp.wire.Family;
import dev.espalier.net.AddressFamily;
import dev.espalier.net.Asn;
import dev.espalier.net.IpAddress;
import dev.espalier.net.Ipv4Address;
import dev.espalier.policy.Policy;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything that changes what a neighbour is told: neighbours with equal keys are told the same, octet for octet, and share
 * the work (an update group). Whatever the export rules or the packer read must be in here.
 *
 * @param family what is told of
 * @param internal whether the neighbour is in our AS
 * @param client whether it is a route reflection client
 * @param routeServerClient whether it is a client of ours as route server (RFC 7947)
 * @param asPath how the AS path changes
 * @param nextHop which next hop is told
 * @param link the link of the session if that is between link-local addresses, otherwise 0
 * @param extendedNextHop whether the next hop may be an IPv6 address although the family is IPv4 (RFC 8950)
 * @param role what we are to the neighbour (RFC 9234), or null
 * @param communities which communities it is told
 * @param cumulativeBandwidth whether it is told the sum of the link bandwidths that share the traffic; never with several paths,
 *     of which each speaks for itself
 * @param routerId our identifier
 * @param clusterId our cluster
 * @param fourOctetAs whether AS numbers take four octets
 * @param maxMessageLength the longest message, in octets
 * @param paths how many paths for a prefix are told at most, each with an identifier (RFC 7911); 0 for the best one without
 * @param longLived whether the neighbour understands LLGR_STALE (RFC 9494)
 * @param gracefulShutdown whether it shall find other ways than through us (RFC 8326)
 * @param policy the export policy, or null
 * @param neighbor the neighbour's address where the policy asks for it, otherwise null
 * @param neighborAs the neighbour's AS where the policy asks for it, otherwise null
 * @param peerName the peer's name where some advertisement is for named peers only, otherwise null
 * @param limit how many prefixes it is told at most; null for no limit
 */
record ExportKey(
        Family family,
        boolean internal,
        boolean client,
        boolean routeServerClient,
        AsPathExport asPath,
        NextHopExport nextHop,
        int link,
        boolean extendedNextHop,
        @Nullable Role role,
        Set<CommunityKind> communities,
        boolean cumulativeBandwidth,
        Ipv4Address routerId,
        Ipv4Address clusterId,
        boolean fourOctetAs,
        int maxMessageLength,
        int paths,
        boolean longLived,
        boolean gracefulShutdown,
        @Nullable Policy policy,
        @Nullable IpAddress neighbor,
        @Nullable Asn neighborAs,
        @Nullable String peerName,
        @Nullable Limit limit) {

    /**
     * A limit on what is told. Which prefixes are among the first so many depends on when a neighbour came, so such a neighbour
     * shares with nobody: its number is part of the key.
     *
     * @param prefixes how many, at least 1
     * @param neighbor its number as a source of paths
     */
    record Limit(int prefixes, int neighbor) {}

    /**
     * The key of a neighbour.
     *
     * @param named whether some advertisement is for named peers only
     * @param draining whether every neighbour shall find other ways than through us
     */
    static ExportKey of(
            SpeakerConfig speaker,
            Neighbor neighbor,
            Negotiated negotiated,
            Family family,
            HostAddresses addresses,
            boolean named,
            boolean draining) {
        PeerConfig peer = neighbor.config();
        Policy policy = peer.exportPolicy();
        boolean asksForNeighbor = policy != null && policy.dependsOnNeighbor();
        int limit = peer.maximumPrefixes().out();
        int paths = paths(peer, negotiated, family);
        return new ExportKey(
                family,
                negotiated.internal(),
                peer.routeReflectorClient(),
                peer.routeServerClient() && !negotiated.internal(),
                asPath(speaker, peer, negotiated),
                nextHop(neighbor, negotiated, family, addresses),
                negotiated.local().link(),
                negotiated.options().extendedNextHop().contains(family),
                negotiated.role(),
                peer.sendCommunities(),
                paths == 0 && peer.sendLinkBandwidth() == SendLinkBandwidth.CUMULATIVE,
                speaker.routerId(),
                speaker.clusterId(),
                negotiated.options().fourOctetAs(),
                negotiated.options().maxMessageLength(),
                paths,
                negotiated.longLived() != null,
                draining || peer.gracefulShutdown(),
                policy,
                asksForNeighbor ? neighbor.address() : null,
                asksForNeighbor ? negotiated.peerAs() : null,
                named ? peer.name() : null,
                limit == 0 ? null : new Limit(limit, neighbor.index()));
    }

    private static AsPathExport asPath(SpeakerConfig speaker, PeerConfig peer, Negotiated negotiated) {
        if (negotiated.internal()) {
            return AsPathExport.plain(speaker.asn());
        }
        LocalAs localAs = peer.session().localAs();
        boolean asksForAs = peer.asPath().asOverride() || peer.asPath().removePrivateAs() != null;
        return new AsPathExport(
                speaker.asn(),
                negotiated.localAs(),
                localAs != null && !localAs.replaceAs(),
                peer.asPath().removePrivateAs(),
                peer.asPath().asOverride(),
                asksForAs ? negotiated.peerAs() : null);
    }

    private static NextHopExport nextHop(
            Neighbor neighbor, Negotiated negotiated, Family family, HostAddresses addresses) {
        PeerConfig peer = neighbor.config();
        boolean sharingMatters = !negotiated.internal() || family.addresses() == AddressFamily.IPV6;
        return new NextHopExport(
                peer.nextHopSelf(),
                (peer.nextHopUnchanged() || peer.routeServerClient()) && !negotiated.internal(),
                addresses.nextHopSelf(
                        family,
                        negotiated.local(),
                        negotiated.options().extendedNextHop().contains(family)),
                sharingMatters ? addresses.sharedWith(family, negotiated.local(), neighbor.address()) : null,
                neighbor.isNextHopOfOthers() ? neighbor.address() : null);
    }

    /** A session about to be reset, because identifiers shall be sent no longer, sends them to its end: hence at least 1. */
    private static int paths(PeerConfig peer, Negotiated negotiated, Family family) {
        boolean addPath = negotiated.options().addPathSend().contains(family);
        return addPath ? Math.max(1, peer.addPaths().limit()) : 0;
    }

    /** Whether more than the best path changes what is told, so that every change of a prefix's paths has to be looked at. */
    boolean looksBeyondBest() {
        return paths > 0 || cumulativeBandwidth;
    }
}

package dev.espalier.bgp.engine;

import dev.espalier.bgp.wire.Family;
import dev.espalier.net.Asn;
import dev.espalier.net.IpAddress;
import dev.espalier.net.Ipv4Address;
import dev.espalier.policy.Policy;
import org.jspecify.annotations.Nullable;

/**
 * Everything that changes what a neighbour is told: neighbours with equal keys are told the same, octet for octet, and share
 * the work (an update group). Whatever the export rules or the packer read must be in here.
 *
 * @param family what is told of
 * @param internal whether the neighbour is in our AS
 * @param client whether it is a route reflection client
 * @param nextHopSelf whether our address replaces next hops that would be kept
 * @param ourAddress our address of the family on the link to the neighbour, for "next hop self"; null when there is none
 * @param localAs our AS
 * @param routerId our identifier
 * @param clusterId our cluster
 * @param fourOctetAs whether AS numbers take four octets
 * @param maxMessageLength the longest message, in octets
 * @param longLived whether the neighbour understands LLGR_STALE (RFC 9494)
 * @param gracefulShutdown whether it shall find other ways than through us (RFC 8326)
 * @param policy the export policy, or null
 * @param neighbor the neighbour's address where the policy asks for it, otherwise null
 * @param neighborAs the neighbour's AS where the policy asks for it, otherwise null
 * @param peerName the peer's name where some advertisement is for named peers only, otherwise null
 */
record ExportKey(
        Family family,
        boolean internal,
        boolean client,
        boolean nextHopSelf,
        @Nullable IpAddress ourAddress,
        Asn localAs,
        Ipv4Address routerId,
        Ipv4Address clusterId,
        boolean fourOctetAs,
        int maxMessageLength,
        boolean longLived,
        boolean gracefulShutdown,
        @Nullable Policy policy,
        @Nullable IpAddress neighbor,
        @Nullable Asn neighborAs,
        @Nullable String peerName) {}

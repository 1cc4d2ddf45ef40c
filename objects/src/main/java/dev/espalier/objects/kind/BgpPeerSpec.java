package dev.espalier.objects.kind;

import dev.espalier.bgp.PeerConfig.AddPaths;
import dev.espalier.bgp.PeerConfig.RemoteAs;
import dev.espalier.bgp.wire.Family;
import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.Ipv4Address;
import dev.espalier.objects.decode.Decoder;
import dev.espalier.route.Secret;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whom to talk to. What is null is not said here: the Router, or a default, decides.
 *
 * @param enabled false for a peer that shall not be talked to for now
 * @param nodeSelector the labels of the nodes that have this peer; empty for every node
 * @param router the name of the Router it belongs to, or null for the only one
 * @param remote who it is; null after an error was reported
 * @param asn which AS it must be in
 * @param port its TCP port
 * @param passive whether to wait for it to connect
 * @param sourceAddress our address
 * @param password the password itself
 * @param passwordFile the file that holds it
 * @param ttlSecurityHops how many hops away it is at most, for RFC 5082: 1 to 254; 0 for no check
 * @param ebgpMultihop the TTL for an external peer that is not directly connected: 2 to 255; 0 for one that is
 * @param timers its timers
 * @param families what to exchange
 * @param gracefulRestart whether it is offered
 * @param restartTime the restart time to offer, in seconds
 * @param longLivedStaleTime the long-lived stale time to offer, in seconds
 * @param extendedMessages whether to offer RFC 8654
 * @param extendedNextHop whether to offer RFC 8950
 * @param importPolicy names of policies in order
 * @param exportPolicy names of policies in order
 * @param nextHopSelf see {@link dev.espalier.bgp.PeerConfig}
 * @param routeReflectorClient see {@link dev.espalier.bgp.PeerConfig}
 * @param bfdProfile the name of the BfdProfile by which the path to it is watched, or null for not at all
 * @param bfdStrict whether the session waits for BFD
 * @param addPaths see {@link dev.espalier.bgp.PeerConfig}
 * @param border what happens to routes between it and us
 * @param gracefulShutdown see {@link dev.espalier.bgp.PeerConfig}
 */
public record BgpPeerSpec(
        boolean enabled,
        Map<String, String> nodeSelector,
        @Nullable String router,
        @Nullable Remote remote,
        RemoteAs asn,
        int port,
        boolean passive,
        @Nullable IpAddress sourceAddress,
        @Nullable Secret password,
        @Nullable String passwordFile,
        int ttlSecurityHops,
        int ebgpMultihop,
        Timers timers,
        @Nullable List<Family> families,
        @Nullable Boolean gracefulRestart,
        @Nullable Integer restartTime,
        @Nullable Integer longLivedStaleTime,
        boolean extendedMessages,
        @Nullable Boolean extendedNextHop,
        @Nullable List<String> importPolicy,
        @Nullable List<String> exportPolicy,
        boolean nextHopSelf,
        boolean routeReflectorClient,
        @Nullable String bfdProfile,
        boolean bfdStrict,
        AddPaths addPaths,
        BorderOptions border,
        boolean gracefulShutdown) {

    /** Who a peer is. */
    public sealed interface Remote {
        /**
         * One address.
         *
         * @param link the link it is on, for a link-local one
         */
        record Address(IpAddress address, @Nullable String link) implements Remote {}

        /**
         * Any address in a range that connects to us.
         *
         * @param limit how many at once
         */
        record Range(IpPrefix prefix, int limit) implements Remote {
            /** What takes the place of a range that could not be read. */
            static final IpPrefix STAND_IN = Ipv4Address.UNSPECIFIED.toPrefix();
        }

        /**
         * The one router on a link, whatever its address.
         *
         * @param link the name of the link
         */
        record Interface(String link) implements Remote {}

        /**
         * The node's default gateway.
         *
         * @param family of which family, or null for IPv4 if there is one, else IPv6
         */
        record DefaultGateway(@Nullable AddressFamily family) implements Remote {}
    }

    /** Makes a spec of the values of one object. */
    public static final Decoder<BgpPeerSpec> DECODER = BgpPeerDecoder.DECODER;
}

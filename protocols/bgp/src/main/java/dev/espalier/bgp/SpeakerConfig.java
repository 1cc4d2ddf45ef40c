package dev.espalier.bgp;

import dev.espalier.net.Asn;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.Ipv4Address;
import dev.espalier.route.PathAttributes;
import dev.espalier.route.RoutingInstance;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A BGP instance: who we are, whom we talk to, and what we say on our own account.
 *
 * @param instance the routing instance it serves
 * @param asn our AS
 * @param routerId our BGP identifier; never 0.0.0.0
 * @param clusterId as a route reflector; usually the router id
 * @param listen where to accept connections; empty for never
 * @param port the TCP port to accept them on; 179 by default
 * @param maximumPaths how many equally good paths go into the kernel, per source (external, internal); 1 for no ECMP
 * @param multipathRelax whether equally long AS paths may differ and still share (by default they start in the same AS)
 * @param alwaysCompareMed whether MEDs of different neighbouring ASes are compared
 * @param restartSeconds after our own restart: how long to wait for End-of-RIB before choosing routes and sweeping stale ones
 * @param stalePathSeconds how long to keep a restarting neighbour's routes once it is back but has not sent End-of-RIB
 * @param peers whom to talk to; names are unique
 * @param originated what to announce on our own account: prefixes with their attributes; a next hop of null means ourselves
 */
public record SpeakerConfig(
        RoutingInstance instance,
        Asn asn,
        Ipv4Address routerId,
        Ipv4Address clusterId,
        List<IpAddress> listen,
        int port,
        int maximumPaths,
        boolean multipathRelax,
        boolean alwaysCompareMed,
        int restartSeconds,
        int stalePathSeconds,
        List<PeerConfig> peers,
        Map<IpPrefix, Origination> originated) {

    /** Copies the collections. */
    public SpeakerConfig {
        listen = List.copyOf(listen);
        peers = List.copyOf(peers);
        originated = Map.copyOf(originated);
    }

    /**
     * One prefix that this speaker announces.
     *
     * @param attributes what is said of it; the next hop is null
     * @param peers the names of the peers to tell, or null for all
     * @param discard whether packets to addresses in it for which there is no better route are dropped here, so that they do
     *     not loop (a discard route in the kernel)
     * @param because where it was asked for, such as the name of the Advertisement
     */
    public record Origination(
            PathAttributes attributes, @Nullable List<String> peers, boolean discard, String because) {}
}

package dev.espalier.bgp;

import dev.espalier.net.Asn;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.Ipv4Address;
import dev.espalier.policy.Policy;
import dev.espalier.route.PathAttributes;
import dev.espalier.route.RoutingInstance;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A BGP instance: who we are, whom we talk to, and what we say on our own account.
 *
 * @param instance the routing instance it serves
 * @param device the device to which all its sockets are bound, such as a VRF device, or null for none
 * @param asn our AS
 * @param routerId our BGP identifier; never 0.0.0.0
 * @param clusterId as a route reflector; usually the router id
 * @param listen where to accept connections; empty for never
 * @param port the TCP port to accept them on; 179 by default
 * @param maximumPaths how many equally good paths go into the kernel, per source (external, internal); 1 for no ECMP
 * @param multipathRelax whether equally long AS paths may differ and still share (by default they start in the same AS)
 * @param alwaysCompareMed whether MEDs of different neighbouring ASes are compared
 * @param weighLinkBandwidth whether equally good paths share traffic by the link bandwidths they carry, where all carry one
 * @param installRoutes whether the kernel is to hold our routes; a pure route reflector or route server does without
 * @param installBackupPath whether routes keep a backup: what would be chosen if the next hops in use were not there
 * @param resolveViaDefault whether a next hop may be reached through a default route
 * @param restartSeconds after our own restart: how long to wait for End-of-RIB before choosing routes and sweeping stale ones
 * @param stalePathSeconds how long to keep a restarting neighbour's routes once it is back but has not sent End-of-RIB
 * @param honorGracefulShutdown whether routes of external peers that carry GRACEFUL_SHUTDOWN become a last resort (RFC 8326)
 * @param drainSeconds how long neighbours are asked to find other ways before the daemon ends (RFC 8326); 0 for not
 * @param peers whom to talk to; names are unique
 * @param redistribute which routes of the host that are not ours are announced too; at most one for each source
 * @param importFrom which other routing instances of this host leak routes into this one, the preferred one first; each at most once
 * @param tunnels to which of the prefixes that neighbours announce packets travel through a tunnel
 * @param originated what to announce on our own account: prefixes with their attributes; a next hop of null means ourselves
 */
public record SpeakerConfig(
        RoutingInstance instance,
        @Nullable String device,
        Asn asn,
        Ipv4Address routerId,
        Ipv4Address clusterId,
        List<IpAddress> listen,
        int port,
        int maximumPaths,
        boolean multipathRelax,
        boolean alwaysCompareMed,
        boolean weighLinkBandwidth,
        boolean installRoutes,
        boolean installBackupPath,
        boolean resolveViaDefault,
        int restartSeconds,
        int stalePathSeconds,
        boolean honorGracefulShutdown,
        int drainSeconds,
        List<PeerConfig> peers,
        List<Redistribute> redistribute,
        List<ImportFrom> importFrom,
        List<TunnelRule> tunnels,
        Map<IpPrefix, Origination> originated) {

    /** Copies the collections; the announcements keep their order, so that the same configuration gives the same run. */
    public SpeakerConfig {
        listen = List.copyOf(listen);
        peers = List.copyOf(peers);
        redistribute = List.copyOf(redistribute);
        importFrom = List.copyOf(importFrom);
        tunnels = List.copyOf(tunnels);
        originated = Collections.unmodifiableMap(new LinkedHashMap<>(originated));
    }

    /** A speaker in the default instance that listens everywhere on port 179, with the usual limits, and talks to nobody yet. */
    public static Builder builder(Asn asn, Ipv4Address routerId) {
        return new Builder(asn, routerId);
    }

    /** The range that a neighbour at an address belongs to: the narrowest that contains it; null when none does. */
    public @Nullable PeerConfig rangeOf(IpAddress address) {
        PeerConfig best = null;
        int length = -1;
        for (PeerConfig peer : peers) {
            if (peer.remote() instanceof PeerConfig.Remote.Range(var range, int limit)
                    && range.contains(address)
                    && range.length() > length) {
                best = peer;
                length = range.length();
            }
        }
        return best;
    }

    /** This one, to be changed. */
    public Builder toBuilder() {
        return new Builder(asn, routerId)
                .instance(instance)
                .device(device)
                .clusterId(clusterId)
                .listen(listen)
                .port(port)
                .maximumPaths(maximumPaths)
                .multipathRelax(multipathRelax)
                .alwaysCompareMed(alwaysCompareMed)
                .weighLinkBandwidth(weighLinkBandwidth)
                .installRoutes(installRoutes)
                .installBackupPath(installBackupPath)
                .resolveViaDefault(resolveViaDefault)
                .restartSeconds(restartSeconds)
                .stalePathSeconds(stalePathSeconds)
                .honorGracefulShutdown(honorGracefulShutdown)
                .drainSeconds(drainSeconds)
                .peers(peers)
                .redistribute(redistribute)
                .importFrom(importFrom)
                .tunnels(tunnels)
                .originated(originated);
    }

    /**
     * One prefix that this speaker announces.
     *
     * @param attributes what is said of it; without a next hop it is our own address on each session, and with one that, to
     *     internal neighbours and to others who are told next hops as they are
     * @param peers the names of the peers to tell, or null for all
     * @param discard whether packets to addresses in it for which there is no better route are dropped here, so that they do
     *     not loop (a discard route in the kernel)
     * @param aggregate for a prefix that sums up others: how; null for one that is announced for its own sake
     * @param because where it was asked for, such as the name of the Advertisement
     */
    public record Origination(
            PathAttributes attributes,
            @Nullable List<String> peers,
            boolean discard,
            @Nullable Aggregate aggregate,
            String because) {

        /** A prefix that is announced for its own sake. */
        public Origination(PathAttributes attributes, @Nullable List<String> peers, boolean discard, String because) {
            this(attributes, peers, discard, null, because);
        }
    }

    /**
     * How a prefix sums up more specific ones: it is announced while at least one of them has a best path.
     *
     * @param summaryOnly whether the peers who are told the aggregate are not told what it sums up
     * @param inheritCommunities whether it carries all communities of what it sums up, beside its own
     * @param contributors which of the more specific routes count, or null for all
     */
    public record Aggregate(
            boolean summaryOnly,
            boolean inheritCommunities,
            @Nullable Policy contributors) {}

    /** Collects a {@link SpeakerConfig}; each method is named after the component it sets. */
    public static final class Builder {

        private RoutingInstance instance = RoutingInstance.DEFAULT;
        private @Nullable String device;
        private Asn asn;
        private Ipv4Address routerId;
        private Ipv4Address clusterId;
        private List<IpAddress> listen = List.of(Ipv4Address.UNSPECIFIED);
        private int port = 179;
        private int maximumPaths = 16;
        private boolean multipathRelax;
        private boolean alwaysCompareMed;
        private boolean weighLinkBandwidth = true;
        private boolean installRoutes = true;
        private boolean installBackupPath = true;
        private boolean resolveViaDefault = true;
        private int restartSeconds = 120;
        private int stalePathSeconds = 360;
        private boolean honorGracefulShutdown = true;
        private int drainSeconds;
        private List<PeerConfig> peers = List.of();
        private List<Redistribute> redistribute = List.of();
        private List<ImportFrom> importFrom = List.of();
        private List<TunnelRule> tunnels = List.of();
        private Map<IpPrefix, Origination> originated = Map.of();

        private Builder(Asn asn, Ipv4Address routerId) {
            this.asn = asn;
            this.routerId = routerId;
            this.clusterId = routerId;
        }

        public Builder instance(RoutingInstance value) {
            instance = value;
            return this;
        }

        public Builder device(@Nullable String value) {
            device = value;
            return this;
        }

        public Builder asn(Asn value) {
            asn = value;
            return this;
        }

        public Builder routerId(Ipv4Address value) {
            routerId = value;
            return this;
        }

        public Builder clusterId(Ipv4Address value) {
            clusterId = value;
            return this;
        }

        public Builder listen(List<IpAddress> value) {
            listen = value;
            return this;
        }

        public Builder port(int value) {
            port = value;
            return this;
        }

        public Builder maximumPaths(int value) {
            maximumPaths = value;
            return this;
        }

        public Builder multipathRelax(boolean value) {
            multipathRelax = value;
            return this;
        }

        public Builder alwaysCompareMed(boolean value) {
            alwaysCompareMed = value;
            return this;
        }

        public Builder weighLinkBandwidth(boolean value) {
            weighLinkBandwidth = value;
            return this;
        }

        public Builder installRoutes(boolean value) {
            installRoutes = value;
            return this;
        }

        public Builder installBackupPath(boolean value) {
            installBackupPath = value;
            return this;
        }

        public Builder resolveViaDefault(boolean value) {
            resolveViaDefault = value;
            return this;
        }

        public Builder restartSeconds(int value) {
            restartSeconds = value;
            return this;
        }

        public Builder stalePathSeconds(int value) {
            stalePathSeconds = value;
            return this;
        }

        public Builder honorGracefulShutdown(boolean value) {
            honorGracefulShutdown = value;
            return this;
        }

        public Builder drainSeconds(int value) {
            drainSeconds = value;
            return this;
        }

        public Builder peers(List<PeerConfig> value) {
            peers = value;
            return this;
        }

        public Builder redistribute(List<Redistribute> value) {
            redistribute = value;
            return this;
        }

        public Builder importFrom(List<ImportFrom> value) {
            importFrom = value;
            return this;
        }

        public Builder tunnels(List<TunnelRule> value) {
            tunnels = value;
            return this;
        }

        public Builder originated(Map<IpPrefix, Origination> value) {
            originated = value;
            return this;
        }

        public SpeakerConfig build() {
            return new SpeakerConfig(
                    instance,
                    device,
                    asn,
                    routerId,
                    clusterId,
                    listen,
                    port,
                    maximumPaths,
                    multipathRelax,
                    alwaysCompareMed,
                    weighLinkBandwidth,
                    installRoutes,
                    installBackupPath,
                    resolveViaDefault,
                    restartSeconds,
                    stalePathSeconds,
                    honorGracefulShutdown,
                    drainSeconds,
                    peers,
                    redistribute,
                    importFrom,
                    tunnels,
                    originated);
        }
    }
}

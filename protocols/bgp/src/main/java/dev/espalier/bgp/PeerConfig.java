package dev.espalier.bgp;

import dev.espalier.bgp.wire.Family;
import dev.espalier.net.Asn;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.policy.Policy;
import dev.espalier.route.Secret;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whom to talk to and how: one configured neighbour, or one range of neighbours that may appear.
 *
 * @param name what people call it; unique among a speaker's peers
 * @param remote who it is
 * @param asn which AS it must be in
 * @param session how to hold the session
 * @param families what to exchange
 * @param importPolicy what to accept from it, or null where none is configured (RFC 8212 then refuses all from an external peer)
 * @param exportPolicy what to tell it, or null where none is configured (RFC 8212 then tells an external peer nothing)
 * @param nextHopSelf whether routes are announced with our own address as next hop also where RFC 4271 would keep it
 * @param nextHopUnchanged whether an external neighbour is told next hops as they are, wherever they lie
 * @param routeReflectorClient whether it is a client of ours (RFC 4456)
 * @param routeServerClient whether an external neighbour is a client of ours as route server (RFC 7947): what other external
 *     neighbours tell goes to it with AS path, next hop and MED as they are
 * @param asPath what may be in AS paths and how they are changed; internal neighbours are not concerned, loops aside
 * @param sendCommunities which communities it is told
 * @param sendLinkBandwidth which link bandwidth it is told
 * @param maximumPrefixes how many routes it may send and be sent
 * @param addPaths whether several paths for a prefix are exchanged (RFC 7911)
 * @param bfd how the path to it is watched (RFC 5882), or null for not at all
 * @param gracefulShutdown whether it is in maintenance (RFC 8326): it is told, and what it says is taken, so that traffic finds
 *     other ways while the session stays up
 */
public record PeerConfig(
        String name,
        Remote remote,
        RemoteAs asn,
        Session session,
        Set<Family> families,
        @Nullable Policy importPolicy,
        @Nullable Policy exportPolicy,
        boolean nextHopSelf,
        boolean nextHopUnchanged,
        boolean routeReflectorClient,
        boolean routeServerClient,
        AsPathOptions asPath,
        Set<CommunityKind> sendCommunities,
        SendLinkBandwidth sendLinkBandwidth,
        MaximumPrefixes maximumPrefixes,
        AddPaths addPaths,
        @Nullable Bfd bfd,
        boolean gracefulShutdown) {

    /**
     * Copies the sets.
     *
     * @throws IllegalArgumentException for a peer by interface with a password: the kernel wants the key of a neighbour before
     *     its address is known
     */
    public PeerConfig {
        if (remote instanceof Remote.Interface && session.password() != null) {
            throw new IllegalArgumentException("a peer that is known by its interface cannot have a password");
        }
        families = Set.copyOf(families);
        sendCommunities = Set.copyOf(sendCommunities);
    }

    /** A neighbour in any AS, with the usual session, IPv4 unicast, and no policies. */
    public static Builder builder(String name, Remote remote) {
        return new Builder(name, remote);
    }

    /** This one, to be changed. */
    public Builder toBuilder() {
        return new Builder(name, remote)
                .asn(asn)
                .session(session)
                .families(families)
                .importPolicy(importPolicy)
                .exportPolicy(exportPolicy)
                .nextHopSelf(nextHopSelf)
                .nextHopUnchanged(nextHopUnchanged)
                .routeReflectorClient(routeReflectorClient)
                .routeServerClient(routeServerClient)
                .asPath(asPath)
                .sendCommunities(sendCommunities)
                .sendLinkBandwidth(sendLinkBandwidth)
                .maximumPrefixes(maximumPrefixes)
                .addPaths(addPaths)
                .bfd(bfd)
                .gracefulShutdown(gracefulShutdown);
    }

    /**
     * How the path to a neighbour is watched.
     *
     * @param profile the name of what says how often and how patiently; a change of it does not reset the session
     * @param strict whether no OPEN is sent before the path is known to be up (draft-ietf-idr-bgp-bfd-strict-mode); a change of it
     *     resets the session
     */
    public record Bfd(String profile, boolean strict) {}

    /** Whether a session waits until the path is known to be up. */
    public boolean bfdStrict() {
        return bfd != null && bfd.strict();
    }

    /** Who the neighbour is. */
    public sealed interface Remote {
        /**
         * One address.
         *
         * @param address the neighbour's
         * @param link the link it is on, needed for a link-local address, otherwise null
         */
        record Address(IpAddress address, @Nullable String link) implements Remote {}

        /**
         * Any address in a range that connects to us (dynamic neighbours).
         *
         * @param range where they may come from
         * @param limit how many at once, at least 1
         */
        record Range(IpPrefix range, int limit) implements Remote {}

        /**
         * The one router on a link, at whatever link-local address it advertises itself from (unnumbered).
         *
         * @param link the name of the link
         */
        record Interface(String link) implements Remote {}
    }

    /** Which AS a neighbour must be in. */
    public sealed interface RemoteAs {
        /** Exactly this one. */
        record Exactly(Asn asn) implements RemoteAs {}

        /** Ours. */
        record Internal() implements RemoteAs {}

        /** Any but ours. */
        record External() implements RemoteAs {}

        /** Any. */
        record Any() implements RemoteAs {}

        /** Whether a neighbour that says it is in {@code actual} is the one meant, by a speaker in {@code own}. */
        default boolean admits(Asn actual, Asn own) {
            return switch (this) {
                case Exactly exactly -> exactly.asn().equals(actual);
                case Internal internal -> actual.equals(own);
                case External external -> !actual.equals(own);
                case Any any -> true;
            };
        }
    }

    /**
     * How to hold a session. A change of any of these resets it.
     *
     * @param port the neighbour's TCP port
     * @param passive whether to wait for the neighbour to connect; those of a range are waited for anyway, and with this not even
     *     connected to after a restart of ours
     * @param source our address, or null to let the kernel choose
     * @param password for TCP-MD5, or null
     * @param ttl the TTL or hop limit of what we send; 1 for a directly connected external peer
     * @param minimumTtl what arrives with less is dropped (RFC 5082); 0 for no check
     * @param holdSeconds the hold time we propose: 0, or 3 to 65535
     * @param keepaliveSeconds the interval we would like; the session uses a third of the hold time if that is less
     * @param connectRetrySeconds how long to wait before another attempt
     * @param gracefulRestart how long, in seconds, the neighbour shall keep our routes while we restart, 1 to 4095; 0 switches
     *     graceful restart off
     * @param longLivedStaleTime how long, in seconds after the restart time, the neighbour may keep our routes as a last resort
     *     (RFC 9494), 1 to 16777215; 0 switches that off, and without graceful restart there is none
     * @param sendHoldSeconds when the neighbour has taken nothing for so long although something was to be sent, the session is
     *     ended (RFC 9687); 0 for never
     * @param extendedMessages whether to offer RFC 8654
     * @param role what we are to an external neighbour (RFC 9234), or null where nothing is said
     * @param roleStrict whether a neighbour that does not say its role is refused
     * @param localAs the AS that an external neighbour knows us by, or null for the speaker's own
     * @param extendedNextHop whether to offer RFC 8950: IPv4 routes with IPv6 next hops
     */
    public record Session(
            int port,
            boolean passive,
            @Nullable IpAddress source,
            @Nullable Secret password,
            int ttl,
            int minimumTtl,
            int holdSeconds,
            int keepaliveSeconds,
            int connectRetrySeconds,
            int gracefulRestart,
            int longLivedStaleTime,
            int sendHoldSeconds,
            boolean extendedMessages,
            @Nullable Role role,
            boolean roleStrict,
            @Nullable LocalAs localAs,
            boolean extendedNextHop) {

        /** What is usual: port 179, TTL 1, a hold time of 90 s, graceful restart with 120 s, a send hold time of 8 min, extended messages. */
        public static final Session USUAL =
                new Session(179, false, null, null, 1, 0, 90, 30, 5, 120, 0, 480, true, null, false, null, false);

        /** This one, to be changed. */
        public SessionBuilder toBuilder() {
            return new SessionBuilder(this);
        }
    }

    /**
     * Whether several paths for a prefix are exchanged with a neighbour (RFC 7911), for all families of the session. It happens
     * in the directions to which both ends agree.
     *
     * @param receive whether it may send us several
     * @param send whether we send it several. A change to or from {@link Send#NONE}, or of {@code receive}, resets the session
     * @param sendMax with {@link Send#BEST}: how many at most, 2 to 64; otherwise 0
     */
    public record AddPaths(boolean receive, Send send, int sendMax) {

        /** Which paths a neighbour is sent. */
        public enum Send {
            /** The best one, as ever. */
            NONE,
            /** All that it may hear of. */
            ALL,
            /** The best of those that it may hear of. */
            BEST
        }

        /** One path for each prefix, both ways. */
        public static final AddPaths NONE = new AddPaths(false, Send.NONE, 0);

        /** Whether paths are sent under identifiers. */
        public boolean sends() {
            return send != Send.NONE;
        }

        /** How many paths for a prefix are sent: 0 where path identifiers are not sent at all. */
        public int limit() {
            return switch (send) {
                case NONE -> 0;
                case ALL -> Integer.MAX_VALUE;
                case BEST -> sendMax;
            };
        }
    }

    /** Collects a {@link PeerConfig}; each method is named after the component it sets. */
    public static final class Builder {

        private String name;
        private Remote remote;
        private RemoteAs asn = new RemoteAs.Any();
        private Session session = Session.USUAL;
        private Set<Family> families = Set.of(Family.IPV4_UNICAST);
        private @Nullable Policy importPolicy;
        private @Nullable Policy exportPolicy;
        private boolean nextHopSelf;
        private boolean nextHopUnchanged;
        private boolean routeReflectorClient;
        private boolean routeServerClient;
        private AsPathOptions asPath = AsPathOptions.USUAL;
        private Set<CommunityKind> sendCommunities = EnumSet.allOf(CommunityKind.class);
        private SendLinkBandwidth sendLinkBandwidth = SendLinkBandwidth.RECEIVED;
        private MaximumPrefixes maximumPrefixes = MaximumPrefixes.NONE;
        private AddPaths addPaths = AddPaths.NONE;
        private @Nullable Bfd bfd;
        private boolean gracefulShutdown;

        private Builder(String name, Remote remote) {
            this.name = name;
            this.remote = remote;
        }

        /** What people call it, in place of the name that the builder was made with. */
        public Builder name(String value) {
            name = value;
            return this;
        }

        /** Who the neighbour is, in place of whom the builder was made for. */
        public Builder remote(Remote value) {
            remote = value;
            return this;
        }

        /** Which AS it must be in; any unless set. */
        public Builder asn(RemoteAs value) {
            asn = value;
            return this;
        }

        /** How to hold the session; {@link Session#USUAL} unless set. */
        public Builder session(Session value) {
            session = value;
            return this;
        }

        /** What to exchange; IPv4 unicast unless set. */
        public Builder families(Set<Family> value) {
            families = value;
            return this;
        }

        /**
         * What to accept from it; null, as at first, for everything from an internal neighbour and nothing from an
         * external one (RFC 8212).
         */
        public Builder importPolicy(@Nullable Policy value) {
            importPolicy = value;
            return this;
        }

        /**
         * What to tell it; null, as at first, for everything to an internal neighbour and nothing to an external one
         * (RFC 8212).
         */
        public Builder exportPolicy(@Nullable Policy value) {
            exportPolicy = value;
            return this;
        }

        /** Whether it is told our own address as next hop also where RFC 4271 would keep it; not unless set. */
        public Builder nextHopSelf(boolean value) {
            nextHopSelf = value;
            return this;
        }

        /** Whether an external neighbour is told next hops as they are; not unless set. */
        public Builder nextHopUnchanged(boolean value) {
            nextHopUnchanged = value;
            return this;
        }

        /** Whether it is a client of ours (RFC 4456); not unless set. */
        public Builder routeReflectorClient(boolean value) {
            routeReflectorClient = value;
            return this;
        }

        /** Whether an external neighbour is a client of ours as route server (RFC 7947); not unless set. */
        public Builder routeServerClient(boolean value) {
            routeServerClient = value;
            return this;
        }

        /** What may be in AS paths and how they are changed; {@link AsPathOptions#USUAL} unless set. */
        public Builder asPath(AsPathOptions value) {
            asPath = value;
            return this;
        }

        /** Which communities it is told; all kinds unless set. */
        public Builder sendCommunities(Set<CommunityKind> value) {
            sendCommunities = value;
            return this;
        }

        /** Which link bandwidth it is told; that of the best path unless set. */
        public Builder sendLinkBandwidth(SendLinkBandwidth value) {
            sendLinkBandwidth = value;
            return this;
        }

        /** How many routes it may send and be sent; without a limit unless set. */
        public Builder maximumPrefixes(MaximumPrefixes value) {
            maximumPrefixes = value;
            return this;
        }

        /** Whether several paths for a prefix are exchanged (RFC 7911); one each way unless set. */
        public Builder addPaths(AddPaths value) {
            addPaths = value;
            return this;
        }

        /** How the path to it is watched (RFC 5882); null, as at first, for not at all. */
        public Builder bfd(@Nullable Bfd value) {
            bfd = value;
            return this;
        }

        /** Whether it is in maintenance (RFC 8326); not unless set. */
        public Builder gracefulShutdown(boolean value) {
            gracefulShutdown = value;
            return this;
        }

        /**
         * The neighbour as it has been described.
         *
         * @throws IllegalArgumentException as for the record
         */
        public PeerConfig build() {
            return new PeerConfig(
                    name,
                    remote,
                    asn,
                    session,
                    families,
                    importPolicy,
                    exportPolicy,
                    nextHopSelf,
                    nextHopUnchanged,
                    routeReflectorClient,
                    routeServerClient,
                    asPath,
                    sendCommunities,
                    sendLinkBandwidth,
                    maximumPrefixes,
                    addPaths,
                    bfd,
                    gracefulShutdown);
        }
    }

    /** Collects a {@link Session}; each method is named after the component it sets. */
    public static final class SessionBuilder {

        private int port;
        private boolean passive;
        private @Nullable IpAddress source;
        private @Nullable Secret password;
        private int ttl;
        private int minimumTtl;
        private int holdSeconds;
        private int keepaliveSeconds;
        private int connectRetrySeconds;
        private int gracefulRestart;
        private int longLivedStaleTime;
        private int sendHoldSeconds;
        private boolean extendedMessages;
        private @Nullable Role role;
        private boolean roleStrict;
        private @Nullable LocalAs localAs;
        private boolean extendedNextHop;

        private SessionBuilder(Session from) {
            port = from.port();
            passive = from.passive();
            source = from.source();
            password = from.password();
            ttl = from.ttl();
            minimumTtl = from.minimumTtl();
            holdSeconds = from.holdSeconds();
            keepaliveSeconds = from.keepaliveSeconds();
            connectRetrySeconds = from.connectRetrySeconds();
            gracefulRestart = from.gracefulRestart();
            longLivedStaleTime = from.longLivedStaleTime();
            sendHoldSeconds = from.sendHoldSeconds();
            extendedMessages = from.extendedMessages();
            role = from.role();
            roleStrict = from.roleStrict();
            localAs = from.localAs();
            extendedNextHop = from.extendedNextHop();
        }

        /** The neighbour's TCP port, 1 to 65535. */
        public SessionBuilder port(int value) {
            port = value;
            return this;
        }

        /** Whether to wait for the neighbour to connect. */
        public SessionBuilder passive(boolean value) {
            passive = value;
            return this;
        }

        /** Our address; null to let the kernel choose. */
        public SessionBuilder source(@Nullable IpAddress value) {
            source = value;
            return this;
        }

        /** The password for TCP-MD5 (RFC 2385); null for none. */
        public SessionBuilder password(@Nullable Secret value) {
            password = value;
            return this;
        }

        /** The TTL or hop limit of what we send, 1 to 255. */
        public SessionBuilder ttl(int value) {
            ttl = value;
            return this;
        }

        /** Below which TTL what arrives is dropped (RFC 5082), 1 to 255; 0 for no check. */
        public SessionBuilder minimumTtl(int value) {
            minimumTtl = value;
            return this;
        }

        /** The hold time that we propose, in seconds: 0 for none, or 3 to 65535. */
        public SessionBuilder holdSeconds(int value) {
            holdSeconds = value;
            return this;
        }

        /** The interval of keepalives that we would like, in seconds; at most a third of the hold time is used. */
        public SessionBuilder keepaliveSeconds(int value) {
            keepaliveSeconds = value;
            return this;
        }

        /** How long to wait before another attempt to connect, in seconds, at least 1. */
        public SessionBuilder connectRetrySeconds(int value) {
            connectRetrySeconds = value;
            return this;
        }

        /**
         * How long the neighbour shall keep our routes while we restart (RFC 4724), in seconds, 1 to 4095; 0 for no
         * graceful restart.
         */
        public SessionBuilder gracefulRestart(int value) {
            gracefulRestart = value;
            return this;
        }

        /** How long it may keep them after that as a last resort (RFC 9494), in seconds, 1 to 16777215; 0 for not at all. */
        public SessionBuilder longLivedStaleTime(int value) {
            longLivedStaleTime = value;
            return this;
        }

        /** How long it may take nothing of what we send before the session is ended (RFC 9687), in seconds; 0 for ever. */
        public SessionBuilder sendHoldSeconds(int value) {
            sendHoldSeconds = value;
            return this;
        }

        /** Whether to offer messages of more than 4096 octets (RFC 8654). */
        public SessionBuilder extendedMessages(boolean value) {
            extendedMessages = value;
            return this;
        }

        /** What we are to an external neighbour (RFC 9234); null to say nothing. */
        public SessionBuilder role(@Nullable Role value) {
            role = value;
            return this;
        }

        /** Whether a neighbour that does not say its role is refused. */
        public SessionBuilder roleStrict(boolean value) {
            roleStrict = value;
            return this;
        }

        /** The AS that an external neighbour knows us by (RFC 7705); null for the speaker's own. */
        public SessionBuilder localAs(@Nullable LocalAs value) {
            localAs = value;
            return this;
        }

        /** Whether to offer IPv4 routes with IPv6 next hops (RFC 8950). */
        public SessionBuilder extendedNextHop(boolean value) {
            extendedNextHop = value;
            return this;
        }

        /** The session as it has been described. */
        public Session build() {
            return new Session(
                    port,
                    passive,
                    source,
                    password,
                    ttl,
                    minimumTtl,
                    holdSeconds,
                    keepaliveSeconds,
                    connectRetrySeconds,
                    gracefulRestart,
                    longLivedStaleTime,
                    sendHoldSeconds,
                    extendedMessages,
                    role,
                    roleStrict,
                    localAs,
                    extendedNextHop);
        }
    }
}

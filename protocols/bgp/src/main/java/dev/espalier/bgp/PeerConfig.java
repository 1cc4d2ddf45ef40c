package dev.espalier.bgp;

import dev.espalier.bgp.wire.Family;
import dev.espalier.net.Asn;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.policy.Policy;
import dev.espalier.route.Secret;
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
 * @param routeReflectorClient whether it is a client of ours (RFC 4456)
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
        boolean routeReflectorClient) {

    /** Copies the set. */
    public PeerConfig {
        families = Set.copyOf(families);
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
     * @param passive whether to wait for the neighbour to connect
     * @param source our address, or null to let the kernel choose
     * @param password for TCP-MD5, or null
     * @param ttl the TTL or hop limit of what we send; 1 for a directly connected external peer
     * @param minimumTtl what arrives with less is dropped (RFC 5082); 0 for no check
     * @param holdSeconds the hold time we propose: 0, or 3 to 65535
     * @param keepaliveSeconds the interval we would like; the session uses a third of the hold time if that is less
     * @param connectRetrySeconds how long to wait before another attempt
     * @param gracefulRestart how long, in seconds, the neighbour shall keep our routes while we restart, 1 to 4095; 0 switches
     *     graceful restart off
     * @param extendedMessages whether to offer RFC 8654
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
            boolean extendedMessages) {}
}

package dev.espalier.bgp.session;

import dev.espalier.bgp.Role;
import dev.espalier.bgp.wire.Capability;
import dev.espalier.bgp.wire.Family;
import dev.espalier.bgp.wire.SessionOptions;
import dev.espalier.net.Asn;
import dev.espalier.net.Ipv4Address;
import dev.espalier.route.Transport.Endpoint;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What two speakers agreed on when their session came up.
 *
 * @param options how messages are read and written
 * @param localAs the AS that our OPEN said
 * @param role what we are to the neighbour (RFC 9234); null where none is configured, and for an internal neighbour
 * @param peerAs the neighbour's AS
 * @param peerRouterId its BGP identifier
 * @param local our end of the connection
 * @param remote its end
 * @param holdSeconds the hold time in force; 0 for none
 * @param keepaliveSeconds the interval of our keepalives; 0 for none
 * @param routeRefresh whether it understands ROUTE-REFRESH (RFC 2918)
 * @param enhancedRefresh whether both mark the beginning and the end of a refresh (RFC 7313)
 * @param restart what it said about graceful restart (RFC 4724), or null when it said nothing or we did not ask
 * @param restartFamilies the families of {@code restart} that we share
 * @param longLived what it said about long-lived graceful restart (RFC 9494), or null when it said nothing
 * @param received all its capabilities, for people
 */
public record Negotiated(
        SessionOptions options,
        Asn localAs,
        @Nullable Role role,
        Asn peerAs,
        Ipv4Address peerRouterId,
        Endpoint local,
        Endpoint remote,
        int holdSeconds,
        int keepaliveSeconds,
        boolean routeRefresh,
        boolean enhancedRefresh,
        Capability.@Nullable GracefulRestart restart,
        Set<Family> restartFamilies,
        Capability.@Nullable LongLivedGracefulRestart longLived,
        List<Capability> received) {

    /** Copies the collections. */
    public Negotiated {
        restartFamilies = Set.copyOf(restartFamilies);
        received = List.copyOf(received);
    }

    /** Whether the neighbour is in our AS. */
    public boolean internal() {
        return options.internal();
    }
}

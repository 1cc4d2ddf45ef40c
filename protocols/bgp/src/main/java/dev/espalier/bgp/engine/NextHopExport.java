package dev.espalier.bgp.engine;

import dev.espalier.bgp.table.PathSource;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.route.PathAttributes;
import dev.espalier.route.RouteSource;
import org.jspecify.annotations.Nullable;

/**
 * Which next hop a neighbour is told (RFC 4271 section 5.1.3). Immutable, and part of the {@link ExportKey}.
 *
 * <p>An external neighbour is told our own address, unless the next hop is on the network that we share with it: then the packets
 * need not come through here (a third-party next hop). An internal neighbour is told the next hop as it is. How far a
 * next hop means something at all is for {@link NextHopScope}.
 *
 * @param self whether our address also takes the place of next hops that would be kept; never that of a reflected route, whose next
 *     hop a reflector leaves alone
 * @param unchanged whether an external neighbour is told next hops as they are
 * @param ourAddress our address of the family on the link to the neighbour; null when there is none
 * @param shared the network that we share with the neighbour; null when there is none, or for an internal neighbour in a family
 *     without link-local next hops
 * @param receiver the neighbour's address where some path names it as next hop, otherwise null
 */
record NextHopExport(
        boolean self,
        boolean unchanged,
        @Nullable IpAddress ourAddress,
        @Nullable IpPrefix shared,
        @Nullable IpAddress receiver) {

    /** Why no next hop can be told; null when one can. */
    @Nullable
    ExportRefusal refusal(ExportKey key, PathAttributes attributes, PathSource from) {
        if (isReceiver(attributes) && NextHopScope.reaches(key, attributes, from)) {
            return ExportRefusal.OWN_NEXT_HOP;
        }
        boolean reflected = key.internal() && from.kind() == RouteSource.IBGP;
        if (reflected && NextHopScope.needsExtendedEncoding(key, attributes)) {
            return ExportRefusal.NO_EXTENDED_NEXT_HOP;
        }
        return needsOurAddress(key, attributes, from) && ourAddress == null ? ExportRefusal.NO_NEXT_HOP : null;
    }

    /** A neighbour that is itself the next hop must not be told so: it would send the packets to itself. */
    boolean isReceiver(PathAttributes attributes) {
        return receiver != null && receiver.equals(attributes.nextHop());
    }

    /** Sets the next hop. To be called only where {@link #refusal} had none. */
    void apply(ExportKey key, PathAttributes attributes, PathSource from, PathAttributes.Builder out) {
        if (needsOurAddress(key, attributes, from)) {
            out.nextHop(ourAddress);
        } else if (attributes.linkLocalNextHop() != null
                && !NextHopScope.onSameLink(key, from)
                && !isShared(attributes.nextHop())) {
            out.nextHop(attributes.nextHop()); // without the link-local one beside it
        }
    }

    private boolean needsOurAddress(ExportKey key, PathAttributes attributes, PathSource from) {
        if (!NextHopScope.reaches(key, attributes, from)) {
            return true;
        }
        if (key.internal()) {
            return self && from.kind() != RouteSource.IBGP;
        }
        return !unchanged && (self || !isShared(attributes.nextHop()));
    }

    private boolean isShared(@Nullable IpAddress nextHop) {
        return shared != null && nextHop != null && shared.contains(nextHop);
    }
}

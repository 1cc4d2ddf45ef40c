package dev.espalier.bgp.engine;

import dev.espalier.bgp.Role;
import dev.espalier.bgp.wire.Family;
import dev.espalier.net.Asn;
import dev.espalier.route.PathAttributes;
import org.jspecify.annotations.Nullable;

/**
 * Which routes may pass between neighbours with roles (RFC 9234 section 5). A route that came from a provider, a peer or a route
 * server carries OTC ("Only to Customer") from then on, and goes to customers only. No policy can change that: the RFC forbids it.
 *
 * <p>Without a role nothing is checked and nothing added; an OTC that is there is kept. Pure.
 */
final class RoleRules {

    private static final int UNICAST = 1;

    private RoleRules() {}

    /**
     * Whether a route that has arrived has leaked on its way (ingress rules 1 and 2).
     *
     * @param ours what we are to the neighbour; null without a role
     * @param neighborAs the neighbour's AS
     */
    static @Nullable ImportRefusal leak(@Nullable Role ours, Family family, Asn neighborAs, PathAttributes received) {
        if (ours == null || !isUnicast(family) || received.onlyToCustomer().isEmpty()) {
            return null;
        }
        return switch (ours) {
            case PROVIDER, RS_SERVER -> ImportRefusal.LEAK_FROM_CUSTOMER;
            case PEER ->
                received.onlyToCustomer().getAsLong() == neighborAs.value() ? null : ImportRefusal.LEAK_FROM_PEER;
            case CUSTOMER, RS_CLIENT -> null;
        };
    }

    /** The route with the mark that it must have from now on (ingress rule 3); the very same object when nothing is added. */
    static PathAttributes marked(@Nullable Role ours, Family family, Asn neighborAs, PathAttributes received) {
        return isUpwards(ours) && isUnicast(family) && received.onlyToCustomer().isEmpty()
                ? received.toBuilder().onlyToCustomer(neighborAs).build()
                : received;
    }

    /** Whether a route may go to a neighbour (egress rule 2). */
    static boolean mayLeave(@Nullable Role ours, Family family, PathAttributes attributes) {
        return !isUpwards(ours)
                || !isUnicast(family)
                || attributes.onlyToCustomer().isEmpty();
    }

    /**
     * Adds the mark for a neighbour who may pass the route to its customers only (egress rule 1).
     *
     * @param seenAs the AS that the neighbour knows us by: a peer takes another one for a leak
     */
    static void markOnLeaving(
            @Nullable Role ours, Family family, Asn seenAs, PathAttributes attributes, PathAttributes.Builder out) {
        boolean downwards = ours == Role.PROVIDER || ours == Role.RS_SERVER || ours == Role.PEER;
        if (downwards && isUnicast(family) && attributes.onlyToCustomer().isEmpty()) {
            out.onlyToCustomer(seenAs);
        }
    }

    /** Whether the neighbour is a provider, a route server or a peer. */
    private static boolean isUpwards(@Nullable Role ours) {
        return ours == Role.CUSTOMER || ours == Role.RS_CLIENT || ours == Role.PEER;
    }

    private static boolean isUnicast(Family family) {
        return family.safi() == UNICAST;
    }
}

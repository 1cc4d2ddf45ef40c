package dev.espalier.bgp.fsm;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.Role;
import dev.espalier.bgp.wire.Capability;
import dev.espalier.bgp.wire.Message;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether what an external neighbour says to be fits what we are to it (RFC 9234 section 4.2). Pure. */
final class RoleCheck {

    private RoleCheck() {}

    /**
     * What is wrong, as a sentence for people that says what to change; null when nothing is.
     *
     * @param who how to call the neighbour
     */
    static @Nullable String fault(Message.Open open, PeerConfig.Session session, Object who) {
        Role ours = session.role();
        if (ours == null) {
            return null;
        }
        List<Integer> theirs = open.capabilities().stream()
                .filter(Capability.BgpRole.class::isInstance)
                .map(capability -> ((Capability.BgpRole) capability).role())
                .distinct()
                .toList();
        if (theirs.isEmpty()) {
            return session.roleStrict()
                    ? who + " does not say its role, and spec.roleStrict demands it: it should be " + ours.counterpart()
                            + "; configure that there, or remove roleStrict"
                    : null;
        }
        if (theirs.size() > 1) {
            return who + " says several roles: "
                    + theirs.stream().map(Role::nameOf).toList() + "; it may say one (RFC 9234 section 4.2)";
        }
        int its = theirs.getFirst();
        return its == ours.counterpart().code()
                ? null
                : who + " says it is " + Role.nameOf(its) + ", but as our spec.role is " + ours + " it should be "
                        + ours.counterpart() + ": change the role on one side (RFC 9234)";
    }
}

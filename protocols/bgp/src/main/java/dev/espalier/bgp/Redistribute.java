package dev.espalier.bgp;

import dev.espalier.policy.InstallProtocol;
import dev.espalier.policy.Policy;

/**
 * Routes of the host that are not ours and are announced all the same, as far as a policy lets them.
 *
 * @param from whose: {@link InstallProtocol#CONNECTED}, {@link InstallProtocol#STATIC} or {@link InstallProtocol#KERNEL}
 * @param policy what accepts and changes them
 * @param defaultRoute whether a default route may be among them
 */
public record Redistribute(InstallProtocol from, Policy policy, boolean defaultRoute) {

    /** Refuses what is not a route of others in the kernel. */
    public Redistribute {
        switch (from) {
            case CONNECTED, STATIC, KERNEL -> {}
            case EBGP, IBGP, LOCAL, LEAKED ->
                throw new IllegalArgumentException(
                        "routes from " + from + " are BGP's already: nothing redistributes them");
        }
    }
}

package dev.espalier.agent.pods;

import dev.espalier.ipam.Block;
import dev.espalier.ipam.Ipam;
import dev.espalier.ipam.IpamException;
import dev.espalier.ipam.Request;
import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.objects.plan.PodPlan;
import dev.espalier.objects.plan.PodPlan.Encapsulation;
import dev.espalier.objects.plan.PodPlan.Pool;
import java.util.ArrayList;
import java.util.List;

/**
 * The addresses of a node's tunnels: one of each family in which a pool that serves the node encapsulates. What the node itself sends to
 * pods elsewhere has it as its source, and answers find back because it is of a block of the node's. So a node has a block, and is
 * known to the others by its route, before it has a pod.
 */
final class TunnelAddresses {

    private TunnelAddresses() {}

    /** What they are kept under. */
    static String handle(String node) {
        return Comparison.NODE_HANDLE + node + "/tunnel";
    }

    /**
     * Those that a node has, or is given now. One of a pool that is no longer for it is given back.
     *
     * @throws IpamException when there is none to give
     */
    static List<IpAddress> of(String node, PodPlan plan, Ipam ipam) {
        List<Pool> pools = plan.tunnels().isEmpty()
                ? List.of()
                : plan.pools().stream().filter(TunnelAddresses::mayGive).toList();
        boolean misplaced = held(node, ipam).stream().anyMatch(address -> pools.stream()
                .noneMatch(pool -> pool.prefix().contains(address)));
        if (misplaced) {
            ipam.release(node, handle(node));
        }
        List<IpAddress> addresses = new ArrayList<>();
        for (AddressFamily family : AddressFamily.values()) {
            List<dev.espalier.ipam.Pool> givers = pools.stream()
                    .filter(pool -> pool.prefix().family() == family)
                    .map(AddressRequests::pool)
                    .toList();
            if (!givers.isEmpty()) {
                Request request = new Request(
                        family,
                        handle(node),
                        node,
                        "the tunnels of node " + node,
                        givers,
                        null,
                        AddressRequests.reserved(plan.reservations()));
                addresses.add(ipam.assign(request).address());
            }
        }
        return addresses;
    }

    private static boolean mayGive(Pool pool) {
        return pool.here() && !pool.disabled() && pool.encapsulation().kind() != Encapsulation.Kind.NONE;
    }

    private static List<IpAddress> held(String node, Ipam ipam) {
        List<IpAddress> held = new ArrayList<>();
        for (Block block : ipam.knownBlocks()) {
            block.used().forEach((ordinal, allocation) -> {
                if (allocation.handle().equals(handle(node))) {
                    held.add(block.address(ordinal));
                }
            });
        }
        return held;
    }
}

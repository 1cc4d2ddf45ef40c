package dev.espalier.agent.pods;

import dev.espalier.cni.CniException;
import dev.espalier.ipam.Allocation;
import dev.espalier.ipam.Block;
import dev.espalier.ipam.Ipam;
import dev.espalier.ipam.IpamException;
import dev.espalier.ipam.Pool;
import dev.espalier.ipam.Request;
import dev.espalier.linux.PodLinks;
import dev.espalier.net.IpAddress;
import dev.espalier.objects.plan.PodPlan;
import dev.espalier.route.EventSink;
import dev.espalier.route.RoutingInstance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Compares the addresses that are given with the interfaces that are there, and puts right what differs:
 *
 * <ul>
 *   <li>An address without an interface was left by a daemon that died between the two, or its pod's namespace is gone, and the
 *       interface with it: it is taken back.
 *   <li>An interface without an address: what it uses is given to it again, as after a loss of the store; if somebody else has it, the
 *       interface goes. The addresses of another program ({@link DelegatedIpam}) are its own business.
 *   <li>What is translated and limited for pods that are not there is no longer.
 *   <li>An interface whose routes or settings on the host are not what they should be has them made again.
 * </ul>
 */
final class Comparison {

    /** Handles of the node's own addresses, such as that of a tunnel's device; no pod's begins so. */
    static final String NODE_HANDLE = "node//";

    private final String node;
    private final EventSink events;
    private final Wiring wiring;
    private final Ipam ipam;
    private final PodPlan plan;
    private final Consumer<String> complaints;

    /** @param complaints hears what pods can do without */
    Comparison(String node, EventSink events, Wiring wiring, Ipam ipam, PodPlan plan, Consumer<String> complaints) {
        this.complaints = complaints;
        this.node = node;
        this.events = events;
        this.wiring = wiring;
        this.ipam = ipam;
        this.plan = plan;
    }

    /** @param grace so long an address may be without an interface */
    void run(Duration grace) {
        Map<String, PodLinks.Found> links = wiring.does(PodLinks::all);
        int leaked =
                ipam.releaseLeaked(node, handle -> links.containsKey(handle) || handle.startsWith(NODE_HANDLE), grace);
        if (leaked > 0) {
            events.warning(
                    "pods.leaked",
                    RoutingInstance.DEFAULT,
                    node,
                    leaked + (leaked == 1 ? " address was" : " addresses were")
                            + " given to containers that are not there, and taken back");
        }
        List<Block> blocks = ipam.knownBlocks(); // which were read a moment ago
        Map<String, List<IpAddress>> given = given(blocks);
        links.forEach((handle, link) -> {
            List<IpAddress> addresses = given.get(handle);
            if (addresses != null) {
                mend(link, addresses);
            } else if (link.ipam().isEmpty()) {
                adopt(link, blocks);
            }
        });
        filters(filter -> {
            filter.translations().follow(plan, links.keySet());
            for (String handle : filter.bandwidth().handles()) {
                if (!links.containsKey(handle)) {
                    filter.bandwidth().remove(handle);
                }
            }
            return links.size();
        });
    }

    private void filters(Wiring.FilterWork<Integer> work) {
        try {
            wiring.filters(work);
        } catch (CniException refused) {
            complaints.accept(refused.sentence());
        }
    }

    private Map<String, List<IpAddress>> given(List<Block> blocks) {
        Map<String, List<IpAddress>> given = new HashMap<>();
        for (Block block : blocks) {
            block.used().forEach((ordinal, allocation) -> {
                if (allocation.node().equals(node)) {
                    given.computeIfAbsent(allocation.handle(), _ -> new ArrayList<>())
                            .add(block.address(ordinal));
                }
            });
        }
        return given;
    }

    private void mend(PodLinks.Found link, List<IpAddress> addresses) {
        List<IpAddress> missing = wiring.does(links -> links.mend(link, addresses));
        if (!missing.isEmpty()) {
            events.warning(
                    "pods.mended",
                    RoutingInstance.DEFAULT,
                    link.handle(),
                    "the host's route to " + missing + " by " + link.name() + " was missing; it is there again");
        }
    }

    private void adopt(PodLinks.Found link, List<Block> blocks) {
        for (IpAddress address : wiring.does(links -> links.addressesOf(link))) {
            Allocation holder = holder(blocks, address);
            if (holder != null) {
                wiring.does(links -> links.remove(link.name()));
                events.error(
                        "pods.orphan",
                        RoutingInstance.DEFAULT,
                        link.handle(),
                        link.name() + " used " + address + " without having been given it, and " + holder.owner()
                                + " on node " + holder.node() + " has it: the interface is removed");
                return;
            }
            adopt(link, address);
        }
    }

    private void adopt(PodLinks.Found link, IpAddress address) {
        List<Pool> pools = plan.pools().stream()
                .filter(pool -> pool.prefix().contains(address))
                .map(AddressRequests::pool)
                .map(pool ->
                        new Pool(pool.name(), pool.prefix(), pool.blockLength(), false, pool.strict(), pool.cooldown()))
                .toList();
        try {
            ipam.assign(new Request(address.family(), link.handle(), node, link.handle(), pools, address, _ -> false));
            events.warning(
                    "pods.adopted",
                    RoutingInstance.DEFAULT,
                    link.handle(),
                    link.name() + " uses " + address + ", of which the store knew nothing; it has it again");
        } catch (IpamException refused) {
            events.warning(
                    "pods.orphan",
                    RoutingInstance.DEFAULT,
                    link.handle(),
                    link.name() + " uses " + address + ", which it was not given: " + refused.getMessage()
                            + "; the interface is left as it is");
        }
    }

    /** Who has an address; null for nobody. */
    static @Nullable Allocation holder(List<Block> blocks, IpAddress address) {
        for (Block block : blocks) {
            if (block.prefix().contains(address)) {
                for (int ordinal : block.used().keySet()) {
                    if (block.address(ordinal).equals(address)) {
                        return block.used().get(ordinal);
                    }
                }
            }
        }
        return null;
    }
}

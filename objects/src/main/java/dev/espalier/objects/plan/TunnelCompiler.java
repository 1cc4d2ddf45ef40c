package dev.espalier.objects.plan;

import dev.espalier.bgp.TunnelRule;
import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.net.Ipv4Address;
import dev.espalier.objects.NodeFacts;
import dev.espalier.objects.plan.PodPlan.Encapsulation;
import dev.espalier.objects.plan.PodPlan.Pool;
import dev.espalier.objects.plan.PodPlan.Tunnel;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which tunnels a node needs to reach the pods of others, and which routes go through them. Pools that do not serve this node count
 * as well: its own pods talk to theirs.
 */
final class TunnelCompiler {

    private final List<Pool> pools;
    private final NodeFacts facts;
    private final @Nullable Ipv4Address chosen;

    /** @param chosen the identifier that a person gave this node's router; it is the node's address if the node has it */
    TunnelCompiler(List<Pool> pools, NodeFacts facts, @Nullable Ipv4Address chosen) {
        this.pools = pools;
        this.facts = facts;
        this.chosen = chosen;
    }

    /** What the router of the pods' routes is to know. */
    static List<TunnelRule> rules(List<Pool> pools) {
        List<TunnelRule> rules = new ArrayList<>();
        for (Pool pool : pools) {
            boolean crossSubnet = pool.encapsulation().crossSubnet();
            switch (pool.encapsulation().kind()) {
                case NONE -> {}
                case IPIP -> rules.add(new TunnelRule(pool.prefix(), Tunnel.IPIP_DEVICE, "", crossSubnet));
                case VXLAN ->
                    rules.add(new TunnelRule(pool.prefix(), Tunnel.VXLAN_DEVICE, Tunnel.VXLAN6_DEVICE, crossSubnet));
            }
        }
        return rules;
    }

    /** One for each device that is to be there. */
    List<Tunnel> tunnels() {
        Map<AddressFamily, IpAddress> ends = new EnumMap<>(AddressFamily.class);
        for (AddressFamily family : AddressFamily.values()) {
            end(family).ifPresent(address -> ends.put(family, address));
        }
        IpAddress ipv4 = ends.get(AddressFamily.IPV4);
        IpAddress ipv6 = ends.get(AddressFamily.IPV6);
        List<Tunnel> tunnels = new ArrayList<>();
        if (uses(Encapsulation.Kind.IPIP, null) && ipv4 != null) {
            tunnels.add(new Tunnel(Tunnel.IPIP_DEVICE, ipv4));
        }
        if (uses(Encapsulation.Kind.VXLAN, null) && ipv4 != null) {
            tunnels.add(new Tunnel(Tunnel.VXLAN_DEVICE, ipv4));
        }
        // IPv6 carries IPv4 as well, to nodes that have nothing else (RFC 8950); there is nothing the other way round
        boolean needed = uses(Encapsulation.Kind.VXLAN, AddressFamily.IPV6)
                || uses(Encapsulation.Kind.VXLAN, null) && ipv4 == null;
        if (needed && ipv6 != null) {
            tunnels.add(new Tunnel(Tunnel.VXLAN6_DEVICE, ipv6));
        }
        return tunnels;
    }

    private boolean uses(Encapsulation.Kind kind, @Nullable AddressFamily family) {
        return pools.stream()
                .anyMatch(pool -> pool.encapsulation().kind() == kind
                        && (family == null || pool.prefix().family() == family));
    }

    /**
     * The node's address for others: the router id where a person chose one that the node has; else that of the link to the default
     * gateway, of the first other link, and at last of the loopback device, which often has addresses that several nodes share.
     */
    private Optional<IpAddress> end(AddressFamily family) {
        if (family == AddressFamily.IPV4 && chosen != null && facts.owns(chosen)) {
            return Optional.of(chosen);
        }
        String outside =
                facts.defaultGateway(family).map(NodeFacts.Gateway::link).orElse("");
        Stream<NodeFacts.Interface> ordered = Stream.of(
                        facts.interfaces().stream().filter(link -> link.name().equals(outside)),
                        facts.interfaces().stream().filter(link -> !link.loopback()),
                        facts.interfaces().stream().filter(NodeFacts.Interface::loopback))
                .flatMap(links -> links);
        return ordered.flatMap(link -> link.addresses().stream())
                .filter(address -> address.family() == family && !address.isLoopback() && !address.isLinkLocal())
                .filter(address ->
                        pools.stream().noneMatch(pool -> pool.prefix().contains(address)))
                .findFirst();
    }
}

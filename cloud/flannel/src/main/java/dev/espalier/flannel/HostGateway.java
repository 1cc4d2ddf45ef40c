package dev.espalier.flannel;

import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.Ipv4Address;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The routes that the backend host-gw has: each node's subnet by way of the node. Pure.
 *
 * @param routes to which subnet by way of which address
 * @param skipped subnets that get no route, and why; our own is not among them
 */
public record HostGateway(Map<IpPrefix, IpAddress> routes, List<Skipped> skipped) {

    /** Keeps copies, in order. */
    public HostGateway {
        routes = Collections.unmodifiableMap(new TreeMap<>(routes));
        skipped = List.copyOf(skipped);
    }

    /** Without any route. */
    public static final HostGateway NONE = new HostGateway(Map.of(), List.of());

    /** Why a subnet gets no route. */
    public enum Reason {
        /** The node is reached in another way, such as through a VXLAN. */
        OTHER_BACKEND("its node uses another backend"),
        /** The node is not a neighbour, and packets would have to pass a router that knows nothing of the subnet. */
        NOT_ON_LINK("its node is not in a network of the interface; host-gw needs all nodes on one link"),
        /** The key names no address of the family. */
        NO_ADDRESS("its node says no address of this family"),
        /** Another key has the same prefix. */
        TAKEN("another key has the same prefix"),
        /** Neither we nor flannel can read it. */
        UNREADABLE("it cannot be understood");

        private final String sentence;

        Reason(String sentence) {
            this.sentence = sentence;
        }

        /** For people. */
        public String sentence() {
            return sentence;
        }
    }

    /**
     * A subnet without a route.
     *
     * @param subnet the prefix, or the key where that cannot be understood
     * @param reason why
     * @param detail what the reason is about: a backend, an address
     */
    public record Skipped(String subnet, Reason reason, String detail) {
        /** A sentence. */
        @Override
        public String toString() {
            return subnet + " has no route: " + reason.sentence() + (detail.isEmpty() ? "" : " (" + detail + ")");
        }
    }

    /**
     * Works out the routes.
     *
     * @param network what etcd has
     * @param own our subnet; null when we have none
     * @param us our address; whatever names it is ours
     * @param onLink whether an address is in a network of the interface by which the nodes see each other
     */
    public static HostGateway of(
            Network network, @Nullable SubnetKey own, Ipv4Address us, Predicate<IpAddress> onLink) {
        Map<IpPrefix, IpAddress> routes = new TreeMap<>();
        List<Skipped> skipped = new ArrayList<>();
        network.unreadable().forEach((key, why) -> skipped.add(new Skipped(key, Reason.UNREADABLE, why)));
        for (Network.Lease lease : network.leases()) {
            LeaseAttributes node = lease.attributes();
            if (lease.subnet().equals(own) || node.publicIp().equals(us)) {
                continue;
            }
            for (IpPrefix prefix : lease.subnet().prefixes()) {
                IpAddress gateway = prefix.equals(lease.subnet().ipv4()) ? known(node.publicIp()) : node.publicIpv6();
                Skipped no = refusal(prefix, node, gateway, routes, onLink);
                if (no != null) {
                    skipped.add(no);
                } else if (gateway != null) {
                    routes.put(prefix, gateway);
                }
            }
        }
        return new HostGateway(routes, skipped);
    }

    private static @Nullable IpAddress known(Ipv4Address address) {
        return address.isUnspecified() ? null : address;
    }

    private static @Nullable Skipped refusal(
            IpPrefix prefix,
            LeaseAttributes node,
            @Nullable IpAddress gateway,
            Map<IpPrefix, IpAddress> routes,
            Predicate<IpAddress> onLink) {
        String subnet = prefix.toString();
        if (!node.backend().equals(NetworkConfig.HOST_GW)) {
            return new Skipped(
                    subnet, Reason.OTHER_BACKEND, node.backend().isEmpty() ? "none is named" : node.backend());
        }
        if (gateway == null) {
            return new Skipped(subnet, Reason.NO_ADDRESS, "");
        }
        if (!onLink.test(gateway)) {
            return new Skipped(subnet, Reason.NOT_ON_LINK, gateway.toString());
        }
        return routes.containsKey(prefix) ? new Skipped(subnet, Reason.TAKEN, gateway.toString()) : null;
    }
}

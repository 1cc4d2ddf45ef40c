package dev.espalier.objects.plan;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a node's pods get their addresses from, and how these are reached. Immutable.
 *
 * @param pools all pools, also those that do not serve this node, by name
 * @param tunnels by what this node reaches pods of others where a pool says so; one for each device
 * @param reservations addresses that no pod shall get
 * @param state where it is kept who has which address
 */
public record PodPlan(List<Pool> pools, List<Tunnel> tunnels, List<IpPrefix> reservations, State state) {

    /** No pools. */
    public static final PodPlan NONE = new PodPlan(List.of(), List.of(), List.of(), new State(null, null));

    /** Keeps copies. */
    public PodPlan {
        pools = List.copyOf(pools);
        tunnels = List.copyOf(tunnels);
        reservations = List.copyOf(reservations);
    }

    /**
     * A range of addresses for pods.
     *
     * @param name of its object
     * @param here whether it serves this node
     * @param namespaceSelector the labels of the namespaces it serves; empty for every namespace
     * @param prefix its addresses
     * @param blockLength the prefix length of new blocks
     * @param encapsulation how packets to its addresses travel between nodes
     * @param natOutgoing whether its pods' packets to the rest of the world have their node's address as source
     * @param natExcept destinations to which they keep their own all the same
     * @param disabled whether nothing new may come from it
     * @param strictAffinity whether a node may give only addresses of blocks of its own
     * @param cooldownSeconds how long an address rests before it is given again
     * @param advertise whether its blocks are announced
     */
    public record Pool(
            String name,
            boolean here,
            Map<String, String> namespaceSelector,
            IpPrefix prefix,
            int blockLength,
            Encapsulation encapsulation,
            boolean natOutgoing,
            List<IpPrefix> natExcept,
            boolean disabled,
            boolean strictAffinity,
            int cooldownSeconds,
            boolean advertise) {

        /** Keeps copies. */
        public Pool {
            namespaceSelector = Map.copyOf(namespaceSelector);
            natExcept = List.copyOf(natExcept);
        }
    }

    /**
     * How packets travel between nodes.
     *
     * @param kind in what
     * @param crossSubnet whether as they are where both nodes are on one subnet
     */
    public record Encapsulation(Kind kind, boolean crossSubnet) {

        /** In what packets travel. */
        public enum Kind {
            /** As they are. */
            NONE("none"),
            /** IPv4 in IPv4 (RFC 2003). */
            IPIP("ipip"),
            /** Ethernet in UDP (RFC 7348). */
            VXLAN("vxlan");

            private final String word;

            Kind(String word) {
                this.word = word;
            }

            /** As the configuration spells it. */
            @Override
            public String toString() {
                return word;
            }
        }

        @Override
        public String toString() {
            return kind == Kind.NONE ? kind.toString() : kind + (crossSubnet ? " (crossSubnet)" : " (always)");
        }
    }

    /**
     * Where a tunnel's packets to this node end.
     *
     * @param family of the node's address
     * @return the address that other nodes are to be told as the next hop of what this node has in a pool; empty where nothing
     *     travels through a tunnel, and any address of the node will do
     */
    public Optional<IpAddress> tunnelEnd(AddressFamily family) {
        return tunnels.stream()
                .map(Tunnel::local)
                .filter(local -> local.family() == family)
                .findFirst();
    }

    /**
     * One tunnel from this node to all others.
     *
     * @param device the name of its link: one of those below
     * @param local this node's address, at which it begins
     */
    public record Tunnel(String device, IpAddress local) {

        /** VXLAN over IPv4. */
        public static final String VXLAN_DEVICE = "vxlan.esp";

        /** VXLAN over IPv6. */
        public static final String VXLAN6_DEVICE = "vxlan6.esp";

        /** IPv4 in IPv4. */
        public static final String IPIP_DEVICE = "ipip.esp";

        @Override
        public String toString() {
            return device + " from " + local;
        }
    }

    /**
     * Where it is kept who has which address. Where neither is given, it is in the usual folder.
     *
     * @param path a folder; null where none is named
     * @param etcd a cluster's etcd; null for none
     */
    public record State(@Nullable String path, @Nullable EtcdAddress etcd) {
        @Override
        public String toString() {
            return etcd != null ? "etcd " + etcd.endpoints() : path != null ? path : "the usual folder";
        }
    }
}

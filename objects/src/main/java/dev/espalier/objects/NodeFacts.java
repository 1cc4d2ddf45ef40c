package dev.espalier.objects;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.net.Ipv4Address;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a node knows of itself, as far as configuration can depend on it. Immutable.
 *
 * @param name what the cluster calls it; without a cluster, its host name
 * @param hostname its host name
 * @param labels for selectors and templates
 * @param annotations for templates
 * @param interfaces in the order of the kernel
 * @param defaultGateways the next hops of its default routes, best first
 */
public record NodeFacts(
        String name,
        String hostname,
        Map<String, String> labels,
        Map<String, String> annotations,
        List<Interface> interfaces,
        List<Gateway> defaultGateways) {

    /** Keeps copies of the collections. */
    public NodeFacts {
        labels = Map.copyOf(labels);
        annotations = Map.copyOf(annotations);
        interfaces = List.copyOf(interfaces);
        defaultGateways = List.copyOf(defaultGateways);
    }

    /**
     * A network interface.
     *
     * @param name such as {@code eth0}
     * @param loopback whether it is a loopback device
     * @param addresses in the order of the kernel
     */
    public record Interface(String name, boolean loopback, List<IpAddress> addresses) {
        /** Keeps a copy of the list. */
        public Interface {
            addresses = List.copyOf(addresses);
        }

        /** Its first address of a family that means something beyond the link. */
        public Optional<IpAddress> address(AddressFamily family) {
            return addresses.stream()
                    .filter(address -> address.family() == family && !address.isLoopback() && !address.isLinkLocal())
                    .findFirst();
        }
    }

    /**
     * The next hop of a default route.
     *
     * @param address its address
     * @param link the name of the interface it is on
     */
    public record Gateway(IpAddress address, String link) {}

    /** The best default gateway of a family. */
    public Optional<Gateway> defaultGateway(AddressFamily family) {
        return defaultGateways.stream()
                .filter(gateway -> gateway.address().family() == family)
                .findFirst();
    }

    /**
     * The address that identifies this node to others when nobody chose one: the highest on a loopback device, else the first
     * on any other.
     */
    public Optional<Ipv4Address> routerId() {
        Optional<Ipv4Address> loopback = interfaces.stream()
                .filter(Interface::loopback)
                .flatMap(link -> link.addresses().stream())
                .filter(address -> !address.isLoopback())
                .flatMap(NodeFacts::ipv4)
                .max(Comparator.naturalOrder());
        return loopback.or(() -> interfaces.stream()
                .filter(link -> !link.loopback())
                .flatMap(link -> link.address(AddressFamily.IPV4).stream())
                .flatMap(NodeFacts::ipv4)
                .findFirst());
    }

    private static Stream<Ipv4Address> ipv4(IpAddress address) {
        return address instanceof Ipv4Address v4 ? Stream.of(v4) : Stream.empty();
    }

    /** Whether an address is this node's. */
    public boolean owns(IpAddress address) {
        return interfaces.stream().anyMatch(link -> link.addresses().contains(address));
    }

    /** Whether this node has all the labels of a selector; an empty selector selects every node. */
    public boolean matches(Map<String, String> selector) {
        return labels.entrySet().containsAll(selector.entrySet());
    }
}

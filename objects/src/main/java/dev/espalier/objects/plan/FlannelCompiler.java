package dev.espalier.objects.plan;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.net.Ipv4Address;
import dev.espalier.net.Ipv6Address;
import dev.espalier.objects.NodeFacts;
import dev.espalier.objects.kind.FlannelSpec;
import dev.espalier.objects.kind.Kind;
import dev.espalier.objects.kind.RouterSpec;
import dev.espalier.policy.NearestName;
import dev.espalier.route.RoutingInstance;
import dev.espalier.route.Secret;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Makes the {@link FlannelPlan} of a node. */
final class FlannelCompiler {

    private final Specs specs;
    private final List<Decoded<RouterSpec>> routers;
    private final NodeFacts facts;
    private final BiFunction<Decoded<?>, EtcdAddress, @Nullable Secret> password;

    /**
     * For a node.
     *
     * @param routers the Routers of the node
     * @param password reads the password of an object's etcd, and reports it when there is none
     */
    FlannelCompiler(
            Specs specs,
            List<Decoded<RouterSpec>> routers,
            NodeFacts facts,
            BiFunction<Decoded<?>, EtcdAddress, @Nullable Secret> password) {
        this.specs = specs;
        this.routers = routers;
        this.facts = facts;
        this.password = password;
    }

    /** The network; null when this node takes part in none, and after an error was reported. */
    @Nullable
    FlannelPlan compile() {
        Decoded<FlannelSpec> chosen = null;
        for (Decoded<FlannelSpec> flannel : specs.ofKind(Kind.FLANNEL)) {
            if (flannel.selected() && chosen != null) {
                flannel.error(
                        "spec",
                        "this node has a flannel network already: Flannel/" + chosen.name(),
                        "give one of them a 'nodeSelector', or remove it");
            } else if (flannel.selected()) {
                chosen = flannel;
            }
        }
        return chosen == null || chosen.isBroken() ? null : plan(chosen);
    }

    private @Nullable FlannelPlan plan(Decoded<FlannelSpec> flannel) {
        FlannelSpec spec = flannel.spec();
        refuseWithoutRoutes(flannel);
        NodeFacts.Interface link = link(flannel);
        if (link == null) {
            return null;
        }
        IpAddress ipv4 = address(link, spec.publicIp(), AddressFamily.IPV4);
        IpAddress ipv6 = address(link, spec.publicIpv6(), AddressFamily.IPV6);
        if (ipv4 == null) {
            flannel.error(
                    spec.link() == null ? "spec" : "spec.interface",
                    "the interface " + link.name() + " has no IPv4 address to be reached at",
                    "name another 'interface', or the address in 'publicIp'");
            return null;
        }
        return new FlannelPlan(
                flannel.name(),
                spec.etcd().withPassword(password.apply(flannel, spec.etcd())),
                link.name(),
                (Ipv4Address) ipv4,
                (Ipv6Address) ipv6,
                spec.subnetFile(),
                spec.ipMasq());
    }

    /** Both put their routes into the same table, and it is in the kernel or it is not. */
    private void refuseWithoutRoutes(Decoded<FlannelSpec> flannel) {
        for (Decoded<RouterSpec> router : routers) {
            if (router.spec().instance().equals(RoutingInstance.DEFAULT)
                    && !router.spec().installRoutes()) {
                flannel.error(
                        "spec",
                        "the network's routes would not be in the kernel: Router/" + router.name()
                                + " has 'installRoutes: false'",
                        "give that Router another 'instance', or one of the two a 'nodeSelector'");
            }
        }
    }

    private static @Nullable IpAddress address(
            NodeFacts.Interface link, @Nullable IpAddress chosen, AddressFamily family) {
        return chosen != null ? chosen : link.address(family).orElse(null);
    }

    /** As flannel finds it: the one that is named, that of the address that is named, that of the default route. */
    private NodeFacts.@Nullable Interface link(Decoded<FlannelSpec> flannel) {
        String name = flannel.spec().link();
        Ipv4Address address = flannel.spec().publicIp();
        List<String> names =
                facts.interfaces().stream().map(NodeFacts.Interface::name).toList();
        if (name != null) {
            return named(name).orElseGet(() -> {
                flannel.error(
                        "spec.interface",
                        "this node has no interface '" + name + "'",
                        NearestName.hint(name, names, 12));
                return null;
            });
        }
        if (address != null) {
            return facts.interfaces().stream()
                    .filter(link -> link.addresses().contains(address))
                    .findFirst()
                    .orElseGet(() -> {
                        flannel.error(
                                "spec.publicIp",
                                address + " is not an address of this node",
                                "name the interface by which the nodes see each other in 'interface'");
                        return null;
                    });
        }
        return facts.defaultGateway(AddressFamily.IPV4)
                .flatMap(gateway -> named(gateway.link()))
                .orElseGet(() -> {
                    flannel.error(
                            "spec",
                            "this node has no IPv4 default route to take the interface from",
                            "name it in 'interface', or its address in 'publicIp'");
                    return null;
                });
    }

    private Optional<NodeFacts.Interface> named(String name) {
        return facts.interfaces().stream()
                .filter(link -> link.name().equals(name))
                .findFirst();
    }
}

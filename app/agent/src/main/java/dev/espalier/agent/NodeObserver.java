package dev.espalier.agent;

import dev.espalier.linux.PodLink;
import dev.espalier.net.IpAddress;
import dev.espalier.objects.NodeFacts;
import dev.espalier.route.Links;
import dev.espalier.route.NextHop;
import dev.espalier.route.RoutingInstance;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Keeps what configuration may depend on of what the kernel says: links, addresses and default gateways. Owned by the control
 * loop.
 */
final class NodeObserver implements Links.Observer {

    private final String node;
    private final String hostname;
    private final Map<String, String> labels;
    private final Runnable changed;
    private final Map<Integer, Links.Link> links = new TreeMap<>();
    private final List<Links.HostAddress> addresses = new ArrayList<>();
    private final List<Links.ForeignRoute> defaults = new ArrayList<>();

    /**
     * Knows nothing until the first snapshot.
     *
     * @param changed called when the facts may have changed
     */
    NodeObserver(String node, String hostname, Map<String, String> labels, Runnable changed) {
        this.node = node;
        this.hostname = hostname;
        this.labels = labels;
        this.changed = changed;
    }

    @Override
    public void changed(Links.Event event) {
        if (note(event)) {
            changed.run();
        }
    }

    private boolean note(Links.Event event) {
        return switch (event) {
            case Links.Event.Snapshot snapshot -> {
                links.clear();
                addresses.clear();
                defaults.clear();
                snapshot.links().stream()
                        .filter(link -> !PodLink.isHostName(link.name()))
                        .forEach(link -> links.put(link.index(), link));
                snapshot.addresses().stream()
                        .filter(address -> links.containsKey(address.link()))
                        .forEach(addresses::add);
                snapshot.routes().stream().filter(NodeObserver::isDefault).forEach(defaults::add);
                yield true;
            }
            // A pod's is nothing that configuration could depend on, and there may come hundreds at once.
            case Links.Event.LinkChanged(Links.Link link) ->
                !PodLink.isHostName(link.name()) && !link.equals(links.put(link.index(), link));
            case Links.Event.LinkRemoved(int index) -> {
                addresses.removeIf(address -> address.link() == index);
                yield links.remove(index) != null;
            }
            case Links.Event.AddressAdded(Links.HostAddress address) ->
                links.containsKey(address.link()) && !addresses.contains(address) && addresses.add(address);
            case Links.Event.AddressRemoved(Links.HostAddress address) -> addresses.remove(address);
            case Links.Event.RouteChanged(Links.ForeignRoute route) -> {
                if (!isDefault(route)) {
                    yield false;
                }
                defaults.removeIf(old -> sameRoute(old, route));
                yield defaults.add(route);
            }
            case Links.Event.RouteRemoved(Links.ForeignRoute route) -> defaults.removeIf(old -> sameRoute(old, route));
        };
    }

    private static boolean isDefault(Links.ForeignRoute route) {
        return route.kernelTable() == RoutingInstance.DEFAULT.kernelTable()
                && route.prefix().length() == 0;
    }

    private static boolean sameRoute(Links.ForeignRoute one, Links.ForeignRoute other) {
        return one.kernelTable() == other.kernelTable()
                && one.prefix().equals(other.prefix())
                && one.protocol() == other.protocol()
                && one.metric() == other.metric();
    }

    /** The facts as of now. */
    NodeFacts facts() {
        List<NodeFacts.Interface> interfaces = new ArrayList<>();
        for (Links.Link link : links.values()) {
            List<IpAddress> own = addresses.stream()
                    .filter(address -> address.link() == link.index())
                    .map(Links.HostAddress::address)
                    .toList();
            interfaces.add(new NodeFacts.Interface(link.name(), link.loopback(), own));
        }
        return new NodeFacts(node, hostname, labels, Map.of(), interfaces, gateways());
    }

    private List<NodeFacts.Gateway> gateways() {
        List<NodeFacts.Gateway> gateways = new ArrayList<>();
        List<Links.ForeignRoute> ordered = new ArrayList<>(defaults);
        ordered.sort(Comparator.comparingLong(Links.ForeignRoute::metric)
                .thenComparing(route -> route.prefix().family()));
        for (Links.ForeignRoute route : ordered) {
            for (NextHop.Hop hop : route.hops()) {
                Links.Link link = links.get(hop.link());
                if (hop.gateway() != null && link != null) {
                    gateways.add(new NodeFacts.Gateway(hop.gateway(), link.name()));
                }
            }
        }
        return gateways;
    }
}

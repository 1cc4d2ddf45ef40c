package dev.espalier.agent.flannel;

import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.route.Links;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which networks are on which link, by the addresses that it has; so it does not matter whether the link has a carrier just now. Hears
 * on one loop, answers any thread.
 */
final class HostNetworks implements Links.Observer {

    private final Map<Integer, Links.Link> links = new HashMap<>();
    private final List<Links.HostAddress> addresses = new ArrayList<>();

    /**
     * A link.
     *
     * @param index the kernel's number
     * @param mtu the largest packet, in octets
     * @param networks what its addresses say to be on it
     */
    record Network(int index, int mtu, List<IpPrefix> networks) {
        boolean has(IpAddress address) {
            return networks.stream().anyMatch(network -> network.contains(address));
        }
    }

    @Override
    public synchronized void changed(Links.Event event) {
        switch (event) {
            case Links.Event.Snapshot snapshot -> {
                links.clear();
                addresses.clear();
                snapshot.links().forEach(link -> links.put(link.index(), link));
                addresses.addAll(snapshot.addresses());
            }
            case Links.Event.LinkChanged(Links.Link link) -> links.put(link.index(), link);
            case Links.Event.LinkRemoved(int index) -> {
                links.remove(index);
                addresses.removeIf(address -> address.link() == index);
            }
            case Links.Event.AddressAdded(Links.HostAddress address) -> {
                addresses.remove(address);
                addresses.add(address);
            }
            case Links.Event.AddressRemoved(Links.HostAddress address) -> addresses.remove(address);
            case Links.Event.RouteChanged _, Links.Event.RouteRemoved _ -> {}
        }
    }

    /** The link of a name; empty when there is none. */
    synchronized Optional<Network> of(String name) {
        return links.values().stream()
                .filter(link -> link.name().equals(name))
                .findFirst()
                .map(link -> new Network(
                        link.index(),
                        link.mtu(),
                        addresses.stream()
                                .filter(address -> address.link() == link.index())
                                .map(Links.HostAddress::network)
                                .toList()));
    }
}

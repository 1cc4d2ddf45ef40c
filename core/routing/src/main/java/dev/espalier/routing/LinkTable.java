package dev.espalier.routing;

import dev.espalier.net.IpAddress;
import dev.espalier.route.Links.HostAddress;
import dev.espalier.route.Links.Link;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The links and addresses of this host, as heard from the kernel. */
final class LinkTable {

    private final Map<Integer, Link> links = new HashMap<>();
    private final Map<String, Integer> byName = new HashMap<>();
    private final Set<HostAddress> addresses = new HashSet<>();
    private boolean known;

    /** Whether the kernel has told its links yet. */
    boolean isKnown() {
        return known;
    }

    void replaceAll(List<Link> nowLinks, List<HostAddress> nowAddresses) {
        links.clear();
        byName.clear();
        addresses.clear();
        nowLinks.forEach(this::put);
        addresses.addAll(nowAddresses);
        known = true;
    }

    /** Takes a link as it is now. Returns whether that matters to anyone who sends packets over it. */
    boolean put(Link link) {
        Link before = links.put(link.index(), link);
        boolean renamed = before == null || !before.name().equals(link.name());
        if (before != null && renamed) {
            byName.remove(before.name(), link.index());
        }
        byName.put(link.name(), link.index());
        return renamed || before.up() != link.up();
    }

    void remove(int link) {
        Link gone = links.remove(link);
        if (gone != null) {
            byName.remove(gone.name(), link);
        }
        addresses.removeIf(address -> address.link() == link);
    }

    void add(HostAddress address) {
        addresses.add(address);
    }

    void remove(HostAddress address) {
        addresses.remove(address);
    }

    boolean isUp(int index) {
        Link link = links.get(index);
        return link != null && link.up();
    }

    /** The number of the link with a name; 0 when there is none. */
    int index(String name) {
        return byName.getOrDefault(name, 0);
    }

    /** The links that can carry packets; a copy. */
    Set<Integer> up() {
        Set<Integer> up = new HashSet<>();
        links.forEach((index, link) -> {
            if (link.up()) {
                up.add(index);
            }
        });
        return up;
    }

    boolean isLoopback(int link) {
        Link known = links.get(link);
        return known != null && known.loopback();
    }

    /** The addresses on loopback devices that are up, in no particular order. */
    List<HostAddress> onLoopback() {
        return addresses.stream()
                .filter(address -> {
                    Link link = links.get(address.link());
                    return link != null && link.loopback() && link.up();
                })
                .toList();
    }

    /** Whether an address is one of this host's own. */
    boolean isOwn(IpAddress address) {
        // few addresses, and asked only when a next hop is resolved
        return addresses.stream().anyMatch(own -> own.address().equals(address));
    }

    /** The name of a link, for people. */
    String name(int index) {
        Link link = links.get(index);
        return link == null ? "link " + index : link.name();
    }

    /** Why nothing can be sent over a link that is not up. */
    String whyDown(int index) {
        Link link = links.get(index);
        return link == null ? "link " + index + " does not exist" : "link " + link.name() + " is down";
    }
}

package dev.espalier.bgp.discovery;

import dev.espalier.net.Ipv6Address;
import dev.espalier.route.EventSink;
import dev.espalier.route.Links;
import dev.espalier.route.Loop;
import dev.espalier.route.RouterDiscovery;
import dev.espalier.route.RoutingInstance;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds the neighbours of a speaker that are configured by the interface they are on: one per interface, at the link-local
 * address from which it sends router advertisements. Any thread; what it does, it does on its loop.
 */
public final class NeighborDiscovery {

    private final RoutingInstance instance;
    private final RouterDiscovery discovery;
    private final Loop loop;
    private final EventSink events;
    private final Observer observer;
    private final Map<String, LinkDiscovery> byName = new ConcurrentHashMap<>();
    /** The links of the host, by name. On the loop. */
    private final Map<String, Links.Link> links = new HashMap<>();

    /** Hears who is where, on the loop. */
    public interface Observer {
        /**
         * The neighbour on a link is another one than before.
         *
         * @param address where it is; null when there is none any more
         * @param reason a sentence for people
         */
        void neighborChanged(String link, @Nullable Ipv6Address address, String reason);

        /** Whether a session with the neighbour on a link is up. */
        boolean inUse(String link);
    }

    /** Nothing is looked for yet. */
    public NeighborDiscovery(
            RoutingInstance instance, RouterDiscovery discovery, Loop loop, EventSink events, Observer observer) {
        this.instance = instance;
        this.discovery = discovery;
        this.loop = loop;
        this.events = events;
        this.observer = observer;
    }

    /** Looks for the neighbours on these links, by name, and on no others. */
    public void configure(Set<String> wanted) {
        for (String name : Set.copyOf(byName.keySet())) {
            LinkDiscovery unwanted = wanted.contains(name) ? null : byName.remove(name);
            if (unwanted != null) {
                loop.execute(unwanted::close);
            }
        }
        for (String name : wanted) {
            byName.computeIfAbsent(name, _ -> {
                LinkDiscovery fresh = new LinkDiscovery(name, instance, discovery, loop, events, observer);
                loop.execute(() -> fresh.linkIs(links.get(name)));
                return fresh;
            });
        }
    }

    /** Hears of the host's links. */
    public void changed(Links.Event event) {
        switch (event) {
            case Links.Event.Snapshot snapshot -> loop.execute(() -> replaceAll(snapshot));
            case Links.Event.LinkChanged(Links.Link link) -> loop.execute(() -> put(link));
            case Links.Event.LinkRemoved(int index) -> loop.execute(() -> remove(index));
            case Links.Event.AddressAdded added -> {}
            case Links.Event.AddressRemoved removed -> {}
            case Links.Event.RouteChanged changed -> {}
            case Links.Event.RouteRemoved removed -> {}
        }
    }

    private void replaceAll(Links.Event.Snapshot snapshot) {
        links.clear();
        snapshot.links().forEach(link -> links.put(link.name(), link));
        byName.forEach((name, discovered) -> discovered.linkIs(links.get(name)));
    }

    private void put(Links.Link link) {
        remove(link.index(), link.name()); // it may have had another name
        links.put(link.name(), link);
        tell(link.name(), link);
    }

    private void remove(int index) {
        remove(index, null);
    }

    private void remove(int index, @Nullable String unless) {
        for (Links.Link known : Set.copyOf(links.values())) {
            if (known.index() == index && !known.name().equals(unless)) {
                links.remove(known.name());
                tell(known.name(), null);
            }
        }
    }

    private void tell(String name, Links.@Nullable Link link) {
        LinkDiscovery discovered = byName.get(name);
        if (discovered != null) {
            discovered.linkIs(link);
        }
    }

    /** Where the neighbour on a link is; null when that is not known. */
    public @Nullable Ipv6Address neighbor(String link) {
        LinkDiscovery discovered = byName.get(link);
        return discovered == null ? null : discovered.neighbor();
    }

    /** What is missing to find the neighbour on a link, as a sentence for people. */
    public String waitsFor(String link) {
        LinkDiscovery discovered = byName.get(link);
        String missing = discovered == null ? null : discovered.waitsFor();
        return missing == null ? "the neighbour on " + link + " is being looked for" : missing;
    }
}

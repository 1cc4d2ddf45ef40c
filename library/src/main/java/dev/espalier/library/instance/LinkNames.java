package dev.espalier.library.instance;

import dev.espalier.route.Links;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The names of this host's links and the kernel's numbers for them, as last heard. Told on one thread, asked by any. */
public final class LinkNames implements Links.Observer {

    private final Map<String, Integer> indexes = new ConcurrentHashMap<>();
    private final Map<Integer, String> names = new ConcurrentHashMap<>();

    @Override
    public void changed(Links.Event event) {
        switch (event) {
            case Links.Event.Snapshot snapshot -> snapshot.links().forEach(this::note);
            case Links.Event.LinkChanged changed -> note(changed.link());
            case Links.Event.LinkRemoved removed -> {
                String name = names.remove(removed.index());
                if (name != null) {
                    indexes.remove(name, removed.index());
                }
            }
            case Links.Event.AddressAdded added -> {}
            case Links.Event.AddressRemoved removed -> {}
            case Links.Event.RouteChanged changed -> {}
            case Links.Event.RouteRemoved removed -> {}
        }
    }

    private void note(Links.Link link) {
        indexes.put(link.name(), link.index());
        names.put(link.index(), link.name());
    }

    /** The kernel's number for a link's name, 0 where there is no such link. */
    public int index(String name) {
        return indexes.getOrDefault(name, 0);
    }

    /** The name of a link, for people; {@code #7} where number 7 is not known. */
    public String name(int index) {
        return names.getOrDefault(index, "#" + index);
    }
}

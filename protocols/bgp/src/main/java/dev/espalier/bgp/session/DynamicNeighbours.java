package dev.espalier.bgp.session;

import dev.espalier.route.Transport.Endpoint;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The neighbours that came from a range. One owner. */
final class DynamicNeighbours {

    private final Map<DynamicNeighbour.Source, DynamicNeighbour> entries = new LinkedHashMap<>();

    @Nullable
    PeerSession find(Endpoint remote) {
        DynamicNeighbour neighbour = entries.get(new DynamicNeighbour.Source(remote));
        return neighbour == null ? null : neighbour.session();
    }

    @Nullable
    DynamicNeighbour find(Predicate<DynamicNeighbour> which) {
        return entries.values().stream().filter(which).findFirst().orElse(null);
    }

    Collection<DynamicNeighbour> all() {
        return List.copyOf(entries.values());
    }

    /**
     * Makes room for one more of a range, if need be by forgetting one that is forgettable.
     *
     * @return whether there is room
     */
    boolean makeRoom(String peerName, int limit) {
        List<DynamicNeighbour> members = new ArrayList<>(entries.values().stream()
                .filter(neighbour -> neighbour.config().name().equals(peerName))
                .toList());
        while (members.size() >= limit) {
            DynamicNeighbour dispensable = members.stream()
                    .filter(DynamicNeighbour::forgettable)
                    .findFirst()
                    .orElse(null);
            if (dispensable == null) {
                return false;
            }
            remove(dispensable);
            members.remove(dispensable);
        }
        return true;
    }

    void add(DynamicNeighbour neighbour) {
        entries.put(neighbour.source(), neighbour);
    }

    /** Forgets it; its session must not accept anything any more. */
    void remove(DynamicNeighbour neighbour) {
        entries.remove(neighbour.source());
        neighbour.session().stop(null, "forgotten");
    }
}

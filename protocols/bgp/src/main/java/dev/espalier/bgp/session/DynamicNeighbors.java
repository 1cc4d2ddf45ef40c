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
final class DynamicNeighbors {

    private final Map<DynamicNeighbor.Source, DynamicNeighbor> entries = new LinkedHashMap<>();

    @Nullable
    PeerSession find(Endpoint remote) {
        DynamicNeighbor neighbor = entries.get(new DynamicNeighbor.Source(remote));
        return neighbor == null ? null : neighbor.session();
    }

    @Nullable
    DynamicNeighbor find(Predicate<DynamicNeighbor> which) {
        return entries.values().stream().filter(which).findFirst().orElse(null);
    }

    Collection<DynamicNeighbor> all() {
        return List.copyOf(entries.values());
    }

    /**
     * Makes room for one more of a range, if need be by forgetting one that is forgettable.
     *
     * @return whether there is room
     */
    boolean makeRoom(String peerName, int limit) {
        List<DynamicNeighbor> members = new ArrayList<>(entries.values().stream()
                .filter(neighbor -> neighbor.config().name().equals(peerName))
                .toList());
        while (members.size() >= limit) {
            DynamicNeighbor dispensable = members.stream()
                    .filter(DynamicNeighbor::forgettable)
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

    void add(DynamicNeighbor neighbor) {
        entries.put(neighbor.source(), neighbor);
    }

    /** Forgets it; its session must not accept anything any more. */
    void remove(DynamicNeighbor neighbor) {
        entries.remove(neighbor.source());
        neighbor.session().stop(null, "forgotten");
    }
}

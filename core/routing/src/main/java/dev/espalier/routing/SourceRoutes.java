package dev.espalier.routing;

import dev.espalier.net.IpPrefix;
import dev.espalier.net.PrefixTable;
import dev.espalier.route.NextHop;
import dev.espalier.route.RouteSource;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All routes of a source that has few and knows them by name: given as a whole, of which only what differs reaches the routing table.
 *
 * <p>Not thread-safe: every method is for the loop's thread only.
 */
public final class SourceRoutes {

    private final RoutingTable table;
    private final PrefixIndex index;
    private final RouteSource source;
    private final SortedMap<IpPrefix, List<NextHop>> present = new TreeMap<>();

    /**
     * Without routes.
     *
     * @param table where they go
     * @param index the prefixes that it shares with others
     * @param source who says so; nobody else puts routes as this one
     */
    public SourceRoutes(RoutingTable table, PrefixIndex index, RouteSource source) {
        this.table = table;
        this.index = index;
        this.source = source;
    }

    /**
     * Has these routes instead of those before.
     *
     * @param wanted the next hops of each prefix
     * @throws IllegalArgumentException when next hops cannot serve a prefix's family; nothing has changed then for this prefix and those
     *     behind it
     */
    public void replaceBy(SortedMap<IpPrefix, List<NextHop>> wanted) {
        for (IpPrefix gone : List.copyOf(present.keySet())) {
            if (!wanted.containsKey(gone)) {
                int id = index.table(gone.family()).find(gone);
                present.remove(gone);
                table.remove(gone.family(), id, source);
            }
        }
        for (Map.Entry<IpPrefix, List<NextHop>> route : wanted.entrySet()) {
            if (!route.getValue().equals(present.get(route.getKey()))) {
                put(route.getKey(), route.getValue());
            }
        }
    }

    private void put(IpPrefix prefix, List<NextHop> nextHops) {
        int group = table.group(prefix.family(), nextHops);
        PrefixTable prefixes = index.table(prefix.family());
        int id = prefixes.retain(prefix);
        table.put(prefix.family(), id, source, group, source.preference(), 0);
        prefixes.release(id); // the table holds both from now on
        table.releaseGroup(group);
        present.put(prefix, List.copyOf(nextHops));
    }

    /** How many there are. */
    public int size() {
        return present.size();
    }
}

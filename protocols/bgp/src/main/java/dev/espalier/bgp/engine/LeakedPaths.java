package dev.espalier.bgp.engine;

import dev.espalier.bgp.ImportFrom;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.table.AttributeTable;
import dev.espalier.bgp.table.PathSource;
import dev.espalier.bgp.table.Rib;
import dev.espalier.bgp.wire.Family;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.PrefixTable;
import dev.espalier.route.PathAttributes;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * What other routing instances leak into this one: paths like any other, each instance a source of its own, whose next hops have been
 * resolved over there. Owned by the table's loop.
 */
final class LeakedPaths {

    private final Neighbors neighbors;
    private final AttributeTable attributes;
    private final NextHops nextHops;
    private final Map<Family, LocRib> locRibs;
    private final Consumer<PathAttributes> thirdParty;
    private final Map<String, Source> byInstance = new LinkedHashMap<>();

    /** An instance imported from. */
    private static final class Source {
        final int index;
        /** By prefix number, the number of the ways plus one; 0 where the path has a next hop of its own, or there is none. */
        final Map<Family, int[]> ways = new EnumMap<>(Family.class);

        boolean complete;

        Source(int index) {
            this.index = index;
            for (Family family : Family.values()) {
                ways.put(family, new int[0]);
            }
        }
    }

    /**
     * Nothing leaked until {@link #configure}.
     *
     * @param locRibs by family; may be filled later
     * @param thirdParty hears of attributes whose next hop a policy has set
     */
    LeakedPaths(
            Neighbors neighbors,
            AttributeTable attributes,
            NextHops nextHops,
            Map<Family, LocRib> locRibs,
            Consumer<PathAttributes> thirdParty) {
        this.neighbors = neighbors;
        this.attributes = attributes;
        this.nextHops = nextHops;
        this.locRibs = locRibs;
        this.thirdParty = thirdParty;
    }

    /** Takes over which instances are imported from: what those leaked that are no longer among them goes. */
    void configure(SpeakerConfig config) {
        List<String> wanted =
                config.importFrom().stream().map(ImportFrom::instance).toList();
        for (String instance : List.copyOf(byInstance.keySet())) {
            if (!wanted.contains(instance)) {
                forget(instance);
            }
        }
        for (int rank = 1; rank <= wanted.size(); rank++) {
            Source source = byInstance.computeIfAbsent(wanted.get(rank - 1), none -> new Source(neighbors.freeIndex()));
            PathSource now = PathSource.leaked(source.index, config.asn(), config.routerId(), rank);
            if (!now.equals(neighbors.leaking(wanted.get(rank - 1), now))) {
                locRibs.values().forEach(locRib -> locRib.rib()
                        .forEachOf(
                                source.index,
                                path -> locRib.changed(locRib.rib().prefix(path))));
            }
        }
    }

    /** Whether every instance imported from has told all it has, since this one began. */
    boolean complete() {
        return byInstance.values().stream().allMatch(source -> source.complete);
    }

    /** The number of the ways of a path without a next hop, of a source that is another instance. */
    int ways(Family family, int sourceIndex, int prefixId) {
        for (Source source : byInstance.values()) {
            if (source.index == sourceIndex) {
                return column(source, family)[prefixId] - 1;
            }
        }
        throw new IllegalStateException("no routing instance has number " + sourceIndex);
    }

    /** Takes over what an instance says; nothing happens when it is not, or no longer, imported from. */
    void take(String instance, LeakBatch batch) {
        Source source = byInstance.get(instance);
        if (source != null) {
            batch.withdrawn().forEach(prefix -> withdraw(source, prefix));
            batch.leaked().forEach(route -> announce(source, route));
            source.complete |= batch.complete();
        }
    }

    /** An instance leaks nothing any more. */
    void ended(String instance) {
        Source source = byInstance.get(instance);
        if (source != null) {
            source.complete = false;
            locRibs.values()
                    .forEach(locRib -> locRib.rib().forEachOf(source.index, path -> remove(source, locRib, path)));
        }
    }

    /** Nobody leaks anything any more, and nobody is listened to. */
    void clear() {
        List.copyOf(byInstance.keySet()).forEach(this::forget);
    }

    private void forget(String instance) {
        ended(instance);
        neighbors.forgetLeaking(Objects.requireNonNull(byInstance.remove(instance)).index);
    }

    private void announce(Source source, LeakedRoute route) {
        LocRib locRib = locRib(route.prefix());
        Rib rib = locRib.rib();
        int id = rib.prefixes().retain(route.prefix());
        int set = attributes.intern(route.attributes());
        int path = rib.find(id, source.index, 0);
        boolean changed = noteWays(source, locRib.family(), id, route);
        if (path == Rib.NONE) {
            attributes.retain(set);
            rib.add(id, source.index, 0, set, set);
            changed = true;
        } else {
            rib.prefixes().release(id);
            if (rib.accepted(path) == set) {
                attributes.release(set);
            } else {
                attributes.retain(set);
                rib.replace(path, set, set);
                changed = true;
            }
        }
        if (changed) {
            locRib.changed(id);
        }
        if (route.attributes().nextHop() != null) {
            thirdParty.accept(route.attributes());
        }
    }

    /** Notes the ways of a route; says whether they are others than before. */
    private boolean noteWays(Source source, Family family, int prefixId, LeakedRoute route) {
        int[] column = column(source, family);
        if (prefixId >= column.length) {
            column = Arrays.copyOf(column, Math.max(prefixId + 1, column.length + column.length / 2));
            source.ways.put(family, column);
        }
        int before = column[prefixId];
        column[prefixId] = route.attributes().nextHop() == null ? nextHops.foundElsewhere(route.ways()) + 1 : 0;
        if (before != 0) {
            nextHops.release(before - 1);
        }
        return before != column[prefixId];
    }

    private void withdraw(Source source, IpPrefix prefix) {
        LocRib locRib = locRib(prefix);
        int id = locRib.rib().prefixes().find(prefix);
        int path = id == PrefixTable.NONE ? Rib.NONE : locRib.rib().find(id, source.index, 0);
        if (path != Rib.NONE) {
            remove(source, locRib, path);
        }
    }

    private void remove(Source source, LocRib locRib, int path) {
        int id = locRib.rib().prefix(path);
        int[] column = column(source, locRib.family());
        locRib.changed(id);
        locRib.rib().remove(path);
        if (column[id] != 0) {
            nextHops.release(column[id] - 1);
            column[id] = 0;
        }
    }

    private static int[] column(Source source, Family family) {
        return Objects.requireNonNull(source.ways.get(family));
    }

    private LocRib locRib(IpPrefix prefix) {
        return Objects.requireNonNull(locRibs.get(Family.unicast(prefix.family())));
    }
}

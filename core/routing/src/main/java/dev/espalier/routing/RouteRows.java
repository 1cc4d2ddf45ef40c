package dev.espalier.routing;

import dev.espalier.net.IntRows;
import dev.espalier.net.PrefixTable;
import dev.espalier.route.RouteSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;

/**
 * The candidate routes of one family, by prefix number. The most preferred route of each prefix is kept in columns, four octets
 * a prefix and as many for each of preference and metric where they differ from its neighbours' in the table; where several sources have a route for one prefix, the others are in a map beside them, which is rare.
 *
 * <p>Candidate 0 of a prefix is its most preferred one, whether or not it resolves.
 */
@SuppressWarnings(
        "EnumOrdinal") // a source is four bits of a column here; the numbers leave neither this class nor this run
final class RouteRows {

    private static final RouteSource[] SOURCES = RouteSource.values();
    private static final long MAX_METRIC = 0xFFFF_FFFFL;

    /** The column of preference << 8 | ordinal of the source. */
    private static final int RANK = 1;
    /** The column of the metric, unsigned. */
    private static final int METRIC = 2;

    private static final int COLUMNS = 3;

    private final PrefixTable prefixes;
    private final GroupTable groups;
    /** The key is the group. */
    private final IntRows rows = new IntRows(COLUMNS);

    private final Map<Integer, List<Candidate>> others = new HashMap<>();
    private final int[] counts = new int[SOURCES.length];

    private record Candidate(int rank, int metric, int group) {
        static final Comparator<Candidate> PREFERRED_FIRST = Comparator.<Candidate>comparingInt(c -> c.rank >>> 8)
                .thenComparing((a, b) -> Integer.compareUnsigned(a.metric, b.metric))
                .thenComparingInt(c -> c.rank & 0xFF);
    }

    RouteRows(PrefixTable prefixes, GroupTable groups) {
        this.prefixes = prefixes;
        this.groups = groups;
    }

    /** How many candidates a source has. */
    int count(RouteSource source) {
        return counts[source.ordinal()];
    }

    /** Takes a source's route for a prefix in place of its earlier one. Returns whether anything changed. */
    boolean put(int id, RouteSource source, int newGroup, int preference, long newMetric) {
        int newRank = preference << 8 | source.ordinal();
        int clipped = (int) Math.min(newMetric, MAX_METRIC);
        int before = rows.key(id);
        if (before == newGroup && rows.get(RANK, id) == newRank && rows.get(METRIC, id) == clipped) {
            return false;
        }
        if (before == 0) {
            prefixes.retain(id);
            counts[source.ordinal()]++;
        } else if (sourceOf(rows.get(RANK, id)) != source || hasOthers(id)) {
            return putAmongOthers(id, source, new Candidate(newRank, clipped, newGroup));
        }
        groups.retain(newGroup);
        set(id, newRank, clipped, newGroup);
        if (before != 0) {
            groups.release(before);
        }
        return true;
    }

    private boolean putAmongOthers(int id, RouteSource source, Candidate route) {
        List<Candidate> all = candidates(id);
        if (all.contains(route)) {
            return false;
        }
        groups.retain(route.group);
        if (!take(all, source)) {
            counts[source.ordinal()]++;
        }
        all.add(route);
        write(id, all);
        return true;
    }

    /** Forgets a source's route. Returns whether there was one. */
    boolean remove(int id, RouteSource source) {
        int only = rows.key(id);
        if (only == 0) {
            return false;
        }
        if (!hasOthers(id)) {
            if (sourceOf(rows.get(RANK, id)) != source) {
                return false;
            }
            counts[source.ordinal()]--;
            rows.key(id, 0);
            groups.release(only);
            prefixes.release(id);
            return true;
        }
        List<Candidate> all = candidates(id);
        if (!take(all, source)) {
            return false;
        }
        counts[source.ordinal()]--;
        write(id, all);
        return true;
    }

    /** Takes the source's route out of the list and lets go of its group. */
    private boolean take(List<Candidate> all, RouteSource source) {
        for (int i = 0; i < all.size(); i++) {
            if (sourceOf(all.get(i).rank) == source) {
                groups.release(all.remove(i).group);
                return true;
            }
        }
        return false;
    }

    private List<Candidate> candidates(int id) {
        List<Candidate> all = new ArrayList<>(2);
        all.add(new Candidate(rows.get(RANK, id), rows.get(METRIC, id), rows.key(id)));
        all.addAll(others.getOrDefault(id, List.of()));
        return all;
    }

    /** Takes over what is left, at least one candidate. */
    private void write(int id, List<Candidate> all) {
        all.sort(Candidate.PREFERRED_FIRST);
        Candidate first = all.getFirst();
        set(id, first.rank, first.metric, first.group);
        if (all.size() > 1) {
            others.put(id, List.copyOf(all.subList(1, all.size())));
        } else {
            others.remove(id);
        }
    }

    private void set(int id, int newRank, int newMetric, int newGroup) {
        rows.key(id, newGroup);
        rows.set(RANK, id, newRank);
        rows.set(METRIC, id, newMetric);
    }

    /** How many candidates a prefix has. */
    int size(int id) {
        if (rows.key(id) == 0) {
            return 0;
        }
        return hasOthers(id) ? 1 + others.getOrDefault(id, List.of()).size() : 1;
    }

    /** Mostly no prefix has others, and then this makes no object for the number. */
    private boolean hasOthers(int id) {
        return !others.isEmpty() && others.containsKey(id);
    }

    int group(int id, int candidate) {
        return candidate == 0 ? rows.key(id) : other(id, candidate).group;
    }

    long metric(int id, int candidate) {
        return Integer.toUnsignedLong(candidate == 0 ? rows.get(METRIC, id) : other(id, candidate).metric);
    }

    int preference(int id, int candidate) {
        return (candidate == 0 ? rows.get(RANK, id) : other(id, candidate).rank) >>> 8;
    }

    RouteSource source(int id, int candidate) {
        return sourceOf(candidate == 0 ? rows.get(RANK, id) : other(id, candidate).rank);
    }

    private Candidate other(int id, int candidate) {
        return others.getOrDefault(id, List.of()).get(candidate - 1);
    }

    private static RouteSource sourceOf(int rank) {
        return SOURCES[rank & 0xFF];
    }

    /** Visits each prefix of which some candidate uses a group that the test accepts; one walk over the column. */
    void forEachUsing(IntPredicate groupTest, IntConsumer action) {
        for (int id = rows.next(0); id >= 0; id = rows.next(id + 1)) {
            if (groupTest.test(rows.key(id))) {
                action.accept(id);
            }
        }
        others.forEach((id, candidates) -> {
            if (candidates.stream().anyMatch(candidate -> groupTest.test(candidate.group))) {
                action.accept(id);
            }
        });
    }
}

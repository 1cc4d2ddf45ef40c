package dev.espalier.bgp.table;

import dev.espalier.bgp.wire.Family;
import dev.espalier.net.IntRows;
import dev.espalier.net.PrefixTable;
import java.util.function.IntConsumer;

/**
 * All paths of one family: what every neighbour said (Adj-RIB-In) and which of a prefix's paths is best (Loc-RIB).
 *
 * <p>A path is a row in a few columns; the rows of one prefix form a chain that starts at the prefix. A path keeps two
 * sets of attributes by number: as received, and as accepted by the import policy (they are mostly the same number), or
 * {@link #REJECTED}. So a policy can be changed and an operator can ask why, without asking the neighbour again.
 *
 * <p>Numbers: a row costs 8 octets, and 4 more for each of these that differ from those of the rows around it: its source and how
 * stale it is, the next path of the prefix, attributes accepted that are not those received, a path identifier. A prefix costs 8;
 * prefixes themselves live in the shared {@link PrefixTable}, where each path, and each chosen best, holds its prefix once. A new path
 * takes the lowest free row, so that the last pages empty first. One owner.
 */
public final class Rib {

    /** No path. */
    public static final int NONE = -1;
    /** In place of accepted attributes: the import policy or rules refused the path. */
    public static final int REJECTED = -1;

    // The columns of a path. In place of NONE, and to have 0 where nothing is special, some numbers are stored plus
    // one.
    private static final int RECEIVED = 1;
    /** The index of the source, and above it the flags. */
    private static final int ORIGIN = 2;
    /** The attributes accepted plus two; 0 when they are those received. */
    private static final int ACCEPTED = 3;

    private static final int NEXT_PLUS_ONE = 4;
    private static final int PATH_ID = 5;
    private static final int COLUMNS = 6;

    private static final int SOURCE_BITS = 24;
    private static final int SOURCE = (1 << SOURCE_BITS) - 1;
    private static final int STALE = 1 << SOURCE_BITS;
    private static final int LONG_LIVED = 2 << SOURCE_BITS;
    private static final int UNREFRESHED = 4 << SOURCE_BITS;

    private final Family family;
    private final PrefixTable prefixes;
    private final AttributeTable attributes;
    private final PathCounts counts = new PathCounts();

    /** By prefix number: its first path, plus one. */
    private final IntRows first = new IntRows(1);
    /** By prefix number: its best path, plus one, or {@link #UNKNOWN}. */
    private final IntRows best = new IntRows(1);
    /** By path; the key is its prefix plus one. */
    private final IntRows paths = new IntRows(COLUMNS);
    /** No path below is free. */
    private int firstFree;

    private int size;

    /** An empty table over shared prefixes and attributes. */
    public Rib(Family family, PrefixTable prefixes, AttributeTable attributes) {
        this.family = family;
        this.prefixes = prefixes;
        this.attributes = attributes;
    }

    /** The family of its prefixes. */
    public Family family() {
        return family;
    }

    /** The shared numbers of its prefixes. */
    public PrefixTable prefixes() {
        return prefixes;
    }

    /** How many paths there are, rejected ones included. */
    public int size() {
        return size;
    }

    /** How many paths there are of each source. */
    public PathCounts counts() {
        return counts;
    }

    /** The first path of a prefix, or {@link #NONE}; {@link #next} gives the others. */
    public int first(int prefixId) {
        return first.key(prefixId) - 1;
    }

    /** The next path of the same prefix, or {@link #NONE}. */
    public int next(int path) {
        return paths.get(NEXT_PLUS_ONE, path) - 1;
    }

    /** The prefix of a path. */
    public int prefix(int path) {
        return paths.key(path) - 1;
    }

    /** The index of the source of a path. */
    public int source(int path) {
        return paths.get(ORIGIN, path) & SOURCE;
    }

    /** The path identifier under which it came (RFC 7911); 0 without. */
    public int pathId(int path) {
        return paths.get(PATH_ID, path);
    }

    /** The attributes as received. */
    public int received(int path) {
        return paths.get(RECEIVED, path);
    }

    /** The attributes as accepted, or {@link #REJECTED}. */
    public int accepted(int path) {
        int stored = paths.get(ACCEPTED, path);
        return stored == 0 ? received(path) : stored - 2;
    }

    /** Whether the neighbour has restarted and not yet said this again (RFC 4724). */
    public boolean isStale(int path) {
        return hasFlag(path, STALE);
    }

    /** Marks a path as stale. */
    public void markStale(int path) {
        flag(path, STALE);
    }

    /** Whether a stale path has outlived the restart time (RFC 9494). */
    public boolean isLongLived(int path) {
        return hasFlag(path, LONG_LIVED);
    }

    /** Whether the neighbour has begun to tell everything again and not yet come to this path (RFC 7313). */
    public boolean isUnrefreshed(int path) {
        return hasFlag(path, UNREFRESHED);
    }

    /** Marks a path as not yet told again. */
    public void markUnrefreshed(int path) {
        flag(path, UNREFRESHED);
    }

    /** Keeps a stale path beyond the restart time, with other accepted attributes, of which it takes over one hold. */
    public void prolong(int path, int acceptedSet) {
        accept(path, acceptedSet);
        flag(path, LONG_LIVED);
    }

    private boolean hasFlag(int path, int flag) {
        return (paths.get(ORIGIN, path) & flag) != 0;
    }

    private void flag(int path, int flag) {
        paths.set(ORIGIN, path, paths.get(ORIGIN, path) | flag);
    }

    private void clearFlags(int path) {
        paths.set(ORIGIN, path, source(path));
    }

    /** Gives a path other accepted attributes, of which it takes over one hold; how stale it is does not change. */
    public void accept(int path, int acceptedSet) {
        int before = accepted(path);
        counts.count(source(path), before != REJECTED, -1);
        counts.count(source(path), acceptedSet != REJECTED, 1);
        if (before != REJECTED) {
            attributes.release(before);
        }
        setAttributes(path, received(path), acceptedSet);
        bestMayHaveChanged(path);
    }

    private void setAttributes(int path, int receivedSet, int acceptedSet) {
        paths.set(RECEIVED, path, receivedSet);
        paths.set(ACCEPTED, path, acceptedSet == receivedSet ? 0 : acceptedSet + 2);
    }

    /** The path of a source for a prefix, or {@link #NONE}. */
    public int find(int prefixId, int sourceIndex, int id) {
        int path = first(prefixId);
        while (path != NONE && (source(path) != sourceIndex || pathId(path) != id)) {
            path = next(path);
        }
        return path;
    }

    /**
     * Adds a path that is not there yet. Takes over one hold on the prefix and one on each set of attributes.
     *
     * @return the new path
     */
    public int add(int prefixId, int sourceIndex, int id, int receivedSet, int acceptedSet) {
        int row = paths.nextFree(firstFree);
        firstFree = row + 1;
        paths.key(row, prefixId + 1);
        paths.set(ORIGIN, row, sourceIndex);
        paths.set(PATH_ID, row, id);
        setAttributes(row, receivedSet, acceptedSet);
        paths.set(NEXT_PLUS_ONE, row, first.key(prefixId));
        first.key(prefixId, row + 1);
        size++;
        counts.count(sourceIndex, acceptedSet != REJECTED, 1);
        return row;
    }

    /** Gives a path other attributes, of which it takes over one hold each; it is no longer stale. */
    public void replace(int path, int receivedSet, int acceptedSet) {
        counts.count(source(path), accepted(path) != REJECTED, -1);
        counts.count(source(path), acceptedSet != REJECTED, 1);
        releaseSets(path);
        setAttributes(path, receivedSet, acceptedSet);
        clearFlags(path);
        bestMayHaveChanged(path);
    }

    /** The path was announced again just as it is: it is no longer stale. */
    public void refresh(int path) {
        clearFlags(path);
    }

    /** Removes a path and gives back what it held. */
    public void remove(int path) {
        int prefixId = prefix(path);
        if (first(prefixId) == path) {
            first.key(prefixId, next(path) + 1);
        } else {
            int before = first(prefixId);
            while (next(before) != path) {
                before = next(before);
            }
            paths.set(NEXT_PLUS_ONE, before, next(path) + 1);
        }
        counts.count(source(path), accepted(path) != REJECTED, -1);
        bestMayHaveChanged(path);
        releaseSets(path);
        paths.key(path, 0);
        firstFree = Math.min(firstFree, path);
        size--;
        prefixes.release(prefixId);
    }

    private void releaseSets(int path) {
        attributes.release(received(path));
        if (accepted(path) != REJECTED) {
            attributes.release(accepted(path));
        }
    }

    /** The best path is remembered by row; when that row changes, the decision must not believe that nothing has. */
    private void bestMayHaveChanged(int path) {
        int prefixId = prefix(path);
        if (best.key(prefixId) == path + 1) {
            best.key(prefixId, UNKNOWN);
            counts.countBest(source(path), -1);
        }
    }

    private static final int UNKNOWN = -1;

    /** Whether a best path is chosen for a prefix, perhaps one that has since gone or changed. */
    public boolean hasBest(int prefixId) {
        return best.key(prefixId) != 0;
    }

    /** The best path of a prefix; {@link #NONE} when there is none or it has since gone or changed. */
    public int best(int prefixId) {
        return Math.max(best.key(prefixId), 0) - 1;
    }

    /** Chooses the best path of a prefix, or with {@link #NONE} that there is none. */
    public void best(int prefixId, int path) {
        int before = best.key(prefixId);
        boolean had = before != 0;
        if (before > 0) {
            counts.countBest(source(before - 1), -1);
        }
        if (path != NONE) {
            counts.countBest(source(path), 1);
        }
        best.key(prefixId, path + 1);
        if (!had && path != NONE) {
            prefixes.retain(prefixId);
        } else if (had && path == NONE) {
            prefixes.release(prefixId);
        }
    }

    /** Shows every path of a source. The action may remove the path it is shown. */
    public void forEachOf(int sourceIndex, IntConsumer action) {
        forEach(path -> {
            if (source(path) == sourceIndex) {
                action.accept(path);
            }
        });
    }

    /** Shows every path. The action may remove the path it is shown. */
    public void forEach(IntConsumer action) {
        for (int path = paths.next(0); path >= 0; path = paths.next(path + 1)) {
            action.accept(path);
        }
    }

    /** Shows every prefix that has a best path. */
    public void forEachBest(IntConsumer action) {
        for (int id = best.next(0); id >= 0; id = best.next(id + 1)) {
            action.accept(id);
        }
    }
}

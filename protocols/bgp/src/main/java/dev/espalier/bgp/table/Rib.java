package dev.espalier.bgp.table;

import dev.espalier.bgp.wire.Family;
import dev.espalier.net.PrefixTable;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * All paths of one family: what every neighbour said (Adj-RIB-In) and which of a prefix's paths is best (Loc-RIB).
 *
 * <p>A path is a row in a few columns; the rows of one prefix form a chain that starts at the prefix. A path keeps two
 * sets of attributes by number: as received, and as accepted by the import policy (they are mostly the same number), or
 * {@link #REJECTED}. So a policy can be changed and an operator can ask why, without asking the neighbour again.
 *
 * <p>Numbers: a row costs 24 octets and a prefix 8 more; prefixes themselves live in the shared {@link PrefixTable}, where each
 * path, and each chosen best, holds its prefix once. One owner.
 */
public final class Rib {

    /** No path. */
    public static final int NONE = -1;
    /** In place of accepted attributes: the import policy or rules refused the path. */
    public static final int REJECTED = -1;

    private static final int STALE = 1;
    private static final int LONG_LIVED = 2;
    private static final int UNREFRESHED = 4;

    private final Family family;
    private final PrefixTable prefixes;
    private final AttributeTable attributes;
    private final PathCounts counts = new PathCounts();

    // by prefix number; rows are stored plus one, so that a new array means "none"
    private int[] first = new int[64];
    private int[] best = new int[64];

    // by row
    private int[] prefix = new int[64];
    private int[] next = new int[64];
    private int[] source = new int[64];
    private int[] pathId = new int[64];
    private int[] received = new int[64];
    private int[] accepted = new int[64];
    private byte[] flags = new byte[64];
    private int rows;
    private int freeRow = NONE;
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
        return prefixId < first.length ? first[prefixId] - 1 : NONE;
    }

    /** The next path of the same prefix, or {@link #NONE}. */
    public int next(int path) {
        return next[path];
    }

    /** The prefix of a path. */
    public int prefix(int path) {
        return prefix[path];
    }

    /** The index of the source of a path. */
    public int source(int path) {
        return source[path];
    }

    /** The path identifier under which it came (RFC 7911); 0 without. */
    public int pathId(int path) {
        return pathId[path];
    }

    /** The attributes as received. */
    public int received(int path) {
        return received[path];
    }

    /** The attributes as accepted, or {@link #REJECTED}. */
    public int accepted(int path) {
        return accepted[path];
    }

    /** Whether the neighbour has restarted and not yet said this again (RFC 4724). */
    public boolean isStale(int path) {
        return (flags[path] & STALE) != 0;
    }

    /** Marks a path as stale. */
    public void markStale(int path) {
        flags[path] |= STALE;
    }

    /** Whether a stale path has outlived the restart time (RFC 9494). */
    public boolean isLongLived(int path) {
        return (flags[path] & LONG_LIVED) != 0;
    }

    /** Whether the neighbour has begun to tell everything again and not yet come to this path (RFC 7313). */
    public boolean isUnrefreshed(int path) {
        return (flags[path] & UNREFRESHED) != 0;
    }

    /** Marks a path as not yet told again. */
    public void markUnrefreshed(int path) {
        flags[path] |= UNREFRESHED;
    }

    /** Keeps a stale path beyond the restart time, with other accepted attributes, of which it takes over one hold. */
    public void prolong(int path, int acceptedSet) {
        accept(path, acceptedSet);
        flags[path] |= LONG_LIVED;
    }

    /** Gives a path other accepted attributes, of which it takes over one hold; how stale it is does not change. */
    public void accept(int path, int acceptedSet) {
        counts.count(source[path], accepted[path] != REJECTED, -1);
        counts.count(source[path], acceptedSet != REJECTED, 1);
        if (accepted[path] != REJECTED) {
            attributes.release(accepted[path]);
        }
        accepted[path] = acceptedSet;
        bestMayHaveChanged(path);
    }

    /** The path of a source for a prefix, or {@link #NONE}. */
    public int find(int prefixId, int sourceIndex, int id) {
        int path = first(prefixId);
        while (path != NONE && (source[path] != sourceIndex || pathId[path] != id)) {
            path = next[path];
        }
        return path;
    }

    /**
     * Adds a path that is not there yet. Takes over one hold on the prefix and one on each set of attributes.
     *
     * @return the new path
     */
    public int add(int prefixId, int sourceIndex, int id, int receivedSet, int acceptedSet) {
        int row = newRow();
        growPrefixes(prefixId);
        prefix[row] = prefixId;
        source[row] = sourceIndex;
        pathId[row] = id;
        received[row] = receivedSet;
        accepted[row] = acceptedSet;
        flags[row] = 0;
        next[row] = first[prefixId] - 1;
        first[prefixId] = row + 1;
        size++;
        counts.count(sourceIndex, acceptedSet != REJECTED, 1);
        return row;
    }

    /** Gives a path other attributes, of which it takes over one hold each; it is no longer stale. */
    public void replace(int path, int receivedSet, int acceptedSet) {
        counts.count(source[path], accepted[path] != REJECTED, -1);
        counts.count(source[path], acceptedSet != REJECTED, 1);
        releaseSets(path);
        received[path] = receivedSet;
        accepted[path] = acceptedSet;
        flags[path] = 0;
        bestMayHaveChanged(path);
    }

    /** The path was announced again just as it is: it is no longer stale. */
    public void refresh(int path) {
        flags[path] = 0;
    }

    /** Removes a path and gives back what it held. */
    public void remove(int path) {
        int prefixId = prefix[path];
        if (first[prefixId] == path + 1) {
            first[prefixId] = next[path] + 1;
        } else {
            int before = first[prefixId] - 1;
            while (next[before] != path) {
                before = next[before];
            }
            next[before] = next[path];
        }
        counts.count(source[path], accepted[path] != REJECTED, -1);
        bestMayHaveChanged(path);
        releaseSets(path);
        next[path] = freeRow;
        freeRow = path;
        prefix[path] = NONE;
        size--;
        prefixes.release(prefixId);
    }

    private void releaseSets(int path) {
        attributes.release(received[path]);
        if (accepted[path] != REJECTED) {
            attributes.release(accepted[path]);
        }
    }

    /** The best path is remembered by row; when that row changes, the decision must not believe that nothing has. */
    private void bestMayHaveChanged(int path) {
        if (best[prefix[path]] == path + 1) {
            best[prefix[path]] = UNKNOWN;
            counts.countBest(source[path], -1);
        }
    }

    private static final int UNKNOWN = -1;

    /** Whether a best path is chosen for a prefix, perhaps one that has since gone or changed. */
    public boolean hasBest(int prefixId) {
        return prefixId < best.length && best[prefixId] != 0;
    }

    /** The best path of a prefix; {@link #NONE} when there is none or it has since gone or changed. */
    public int best(int prefixId) {
        return prefixId < best.length && best[prefixId] > 0 ? best[prefixId] - 1 : NONE;
    }

    /** Chooses the best path of a prefix, or with {@link #NONE} that there is none. */
    public void best(int prefixId, int path) {
        growPrefixes(prefixId);
        boolean had = best[prefixId] != 0;
        if (best[prefixId] > 0) {
            counts.countBest(source[best[prefixId] - 1], -1);
        }
        if (path != NONE) {
            counts.countBest(source[path], 1);
        }
        best[prefixId] = path + 1;
        if (!had && path != NONE) {
            prefixes.retain(prefixId);
        } else if (had && path == NONE) {
            prefixes.release(prefixId);
        }
    }

    /** Shows every path of a source. The action may remove the path it is shown. */
    public void forEachOf(int sourceIndex, IntConsumer action) {
        for (int row = 0; row < rows; row++) {
            if (prefix[row] != NONE && source[row] == sourceIndex) {
                action.accept(row);
            }
        }
    }

    /** Shows every path. The action may remove the path it is shown. */
    public void forEach(IntConsumer action) {
        for (int row = 0; row < rows; row++) {
            if (prefix[row] != NONE) {
                action.accept(row);
            }
        }
    }

    /** Shows every prefix that has a best path. */
    public void forEachBest(IntConsumer action) {
        for (int id = 0; id < best.length; id++) {
            if (best[id] != 0) {
                action.accept(id);
            }
        }
    }

    private int newRow() {
        if (freeRow != NONE) {
            int row = freeRow;
            freeRow = next[row];
            return row;
        }
        if (rows == prefix.length) {
            int capacity = rows + rows / 2;
            prefix = Arrays.copyOf(prefix, capacity);
            next = Arrays.copyOf(next, capacity);
            source = Arrays.copyOf(source, capacity);
            pathId = Arrays.copyOf(pathId, capacity);
            received = Arrays.copyOf(received, capacity);
            accepted = Arrays.copyOf(accepted, capacity);
            flags = Arrays.copyOf(flags, capacity);
        }
        return rows++;
    }

    private void growPrefixes(int prefixId) {
        if (prefixId >= first.length) {
            int capacity = Math.max(prefixId + 1, first.length + first.length / 2);
            first = Arrays.copyOf(first, capacity);
            best = Arrays.copyOf(best, capacity);
        }
    }
}

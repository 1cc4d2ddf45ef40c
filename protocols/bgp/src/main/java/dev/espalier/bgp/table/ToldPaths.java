package dev.espalier.bgp.table;

import java.util.Arrays;

/**
 * The paths for one prefix as an update group with ADD-PATH tells them, the best first. Immutable.
 *
 * <p>Of this list a neighbour is told the first so many that are not its own. The list goes on until that many are there for
 * whichever source one leaves out; so it does not depend on who the members are, and groups with equal keys have equal lists.
 */
public final class ToldPaths {

    /** The viewer that is the source of no path. */
    public static final int NO_SOURCE = -1;

    /** No paths. */
    public static final ToldPaths EMPTY = new ToldPaths(0, new int[0]);

    private static final int WIDTH = 3;

    private final int limit;
    /** Source, path identifier and set of attributes of each path: three plain numbers rather than an object each. */
    private final int[] paths;

    private ToldPaths(int limit, int[] paths) {
        this.limit = limit;
        this.paths = paths;
    }

    /** How many paths the list has. */
    public int count() {
        return paths.length / WIDTH;
    }

    /** The index of the source of a path. */
    public int source(int i) {
        return paths[WIDTH * i];
    }

    /** The identifier under which a path is told. */
    public int pathId(int i) {
        return paths[WIDTH * i + 1];
    }

    /** The number of the attributes that are told. */
    public int attributes(int i) {
        return paths[WIDTH * i + 2];
    }

    /** Where the path of an identifier stands, or -1. */
    public int find(int pathId) {
        for (int i = 0; i < count(); i++) {
            if (pathId(i) == pathId) {
                return i;
            }
        }
        return -1;
    }

    /**
     * Whether a neighbour is told a path.
     *
     * @param i where the path stands; -1 for one that is not there
     * @param viewer the neighbour's index as a source of paths, or {@link #NO_SOURCE} for any that has none in the list
     */
    public boolean isTold(int i, int viewer) {
        if (i < 0 || source(i) == viewer) {
            return false;
        }
        int before = 0;
        for (int j = 0; j < i; j++) {
            before += source(j) == viewer ? 0 : 1;
        }
        return before < limit;
    }

    /** How many paths a neighbour is told. */
    public int countFor(int viewer) {
        int others = 0;
        for (int i = 0; i < count(); i++) {
            others += source(i) == viewer ? 0 : 1;
        }
        return Math.min(limit, others);
    }

    /** Whether no path before it comes from the same source. */
    boolean isFirstOfItsSource(int i) {
        int j = 0;
        while (source(j) != source(i)) {
            j++;
        }
        return j == i;
    }

    /** Collects a list, best path first. */
    public static final class Builder {

        private final int limit;
        private int[] paths = new int[4 * WIDTH];
        private int length;

        /**
         * An empty list.
         *
         * @param limit how many paths a neighbour is told at most, at least 1
         */
        public Builder(int limit) {
            this.limit = limit;
        }

        /** Adds the next best path. */
        public void add(int source, int pathId, int attributeSet) {
            if (length == paths.length) {
                paths = Arrays.copyOf(paths, 2 * length);
            }
            paths[length++] = source;
            paths[length++] = pathId;
            paths[length++] = attributeSet;
        }

        /** Whether every neighbour has as many paths as it may be told, whichever source it is. */
        public boolean isComplete() {
            int count = length / WIDTH;
            if (count < limit) {
                return false;
            }
            int mostOfOne = 0;
            for (int i = 0; i < length; i += WIDTH) {
                int ofThis = 0;
                for (int j = 0; j < length; j += WIDTH) {
                    ofThis += paths[i] == paths[j] ? 1 : 0;
                }
                mostOfOne = Math.max(mostOfOne, ofThis);
            }
            return count - mostOfOne >= limit;
        }

        /** The list. */
        public ToldPaths build() {
            return length == 0 ? EMPTY : new ToldPaths(limit, Arrays.copyOf(paths, length));
        }
    }
}

package dev.espalier.net;

import java.util.Arrays;

/**
 * Finds the number of a prefix: a hash table of numbers only, the prefixes themselves being in {@link PrefixColumns}.
 *
 * <p><b>Layout.</b> {@value #SEGMENTS} segments, chosen by the first bits of the hash; each is one array of slots with
 * linear probing. A slot is 0 when empty, otherwise a number plus one in the lower {@value #ID_BITS} bits and, above, three bits of the
 * hash and three for the way: how many slots the entry is from its home. A candidate is looked at in its columns only if both fit, and
 * one with another home never does. The way also says where the home is without the columns, so that a removal, which moves others back,
 * reads none of theirs; only from {@value #FAR} on, where three bits do not suffice, is the hash computed anew. A segment grows and
 * shrinks on its own: with a million prefixes each growth moves some 4,000 slots, and there is never a second copy of the whole.
 *
 * <p><b>Invariants.</b> Between the home of an entry and its slot no slot is empty: removal moves later entries back instead of
 * leaving tombstones. Of a segment above the smallest size, 1/4 to 3/4 is in use; resizing leaves 1/3.
 *
 * <p><b>Cost.</b> 4 octets a slot: 5 to 12 a prefix, mostly 6 to 8. Resizing to 1/2 instead saves an octet on average but makes
 * inserting a third slower (measured), because each move reads the columns of the prefix. The hash has no secret: to slow the
 * table down a neighbour would have to send a great many made-up prefixes, and prefix limits stop it earlier.
 */
final class PrefixSlots {

    static final int NONE = PrefixTable.NONE;

    private static final int SEGMENTS = 256;
    private static final int ID_BITS = 26;
    private static final int ID = (1 << ID_BITS) - 1;
    private static final int WAY_SHIFT = ID_BITS + 3;
    private static final int ONE_WAY = 1 << WAY_SHIFT;
    /** The longest way that a slot can say; it stands for longer ones too. */
    private static final int FAR = 7;

    private static final int SMALLEST = 8;

    static final int MAX_ID = ID - 1;

    /** Where every segment starts: one slot, which stays empty. */
    private static final int[] NO_SLOTS = new int[1];

    private final PrefixColumns columns;
    private final int[][] segments = new int[SEGMENTS][];
    private final int[] used = new int[SEGMENTS];

    PrefixSlots(PrefixColumns columns) {
        this.columns = columns;
        Arrays.fill(segments, NO_SLOTS);
    }

    /** The hash of a prefix; all its bits are good. */
    static long hash(long high, long low, int length) {
        long h = high ^ Long.rotateLeft(low * 0x9E3779B97F4A7C15L, 32) ^ length * 0xD6E8FEB86659FD93L;
        h = (h ^ h >>> 32) * 0xC2B2AE3D27D4EB4FL;
        h = (h ^ h >>> 29) * 0x9FB21C651E98DF25L;
        return h ^ h >>> 32;
    }

    int find(long hash, long high, long low, int length) {
        int[] slots = segments[segment(hash)];
        int sought = tag(hash);
        int at = home(hash, slots.length);
        for (int slot = slots[at]; slot != 0; slot = slots[at]) {
            if ((slot & ~ID) == sought && columns.holds(id(slot), high, low, length)) {
                return id(slot);
            }
            at = after(at, slots.length);
            sought = further(sought);
        }
        return NONE;
    }

    /** Adds a number whose prefix is not there yet. */
    void add(long hash, int id) {
        int segment = segment(hash);
        if (4 * ++used[segment] > 3 * segments[segment].length) {
            resize(segment);
        }
        put(segments[segment], hash, tag(hash) | id + 1);
    }

    /** Removes a number that is there. */
    void remove(long hash, int id) {
        int segment = segment(hash);
        int[] slots = segments[segment];
        int hole = home(hash, slots.length);
        while (id(slots[hole]) != id) {
            hole = after(hole, slots.length);
        }
        close(slots, hole);
        if (--used[segment] <= slots.length / 4 && slots.length > SMALLEST) {
            resize(segment);
        }
    }

    /** Empties a slot, and moves those after it back so that no probe stops early. */
    private void close(int[] slots, int hole) {
        int empty = hole;
        for (int at = after(hole, slots.length); slots[at] != 0; at = after(at, slots.length)) {
            int way = way(slots, at);
            int back = distance(empty, at, slots.length);
            if (way >= back) {
                slots[empty] = withWay(slots[at], way - back);
                empty = at;
            }
        }
        slots[empty] = 0;
    }

    /** Gives a segment room for what is used, plus as much as keeps the next resizing far. */
    private void resize(int segment) {
        int[] old = segments[segment];
        int[] slots = new int[Math.max(SMALLEST, 3 * used[segment])];
        for (int slot : old) {
            if (slot != 0) {
                put(slots, hashOf(id(slot)), withWay(slot, 0));
            }
        }
        segments[segment] = slots;
    }

    private static void put(int[] slots, long hash, int slot) {
        int at = home(hash, slots.length);
        int entry = slot;
        while (slots[at] != 0) {
            at = after(at, slots.length);
            entry = further(entry);
        }
        slots[at] = entry;
    }

    /** How far an entry is from its home. */
    private int way(int[] slots, int at) {
        int way = slots[at] >>> WAY_SHIFT;
        return way < FAR ? way : distance(home(hashOf(id(slots[at])), slots.length), at, slots.length);
    }

    private static int withWay(int slot, int way) {
        return slot & ONE_WAY - 1 | Math.min(way, FAR) << WAY_SHIFT;
    }

    /** The same, one slot further from home. */
    private static int further(int slot) {
        return slot >>> WAY_SHIFT < FAR ? slot + ONE_WAY : slot;
    }

    private long hashOf(int id) {
        return hash(columns.high(id), columns.low(id), columns.length(id));
    }

    private static int segment(long hash) {
        return (int) (hash >>> 56);
    }

    /** The bits below the segment's, scaled to any length: not only powers of two. */
    private static int home(long hash, int length) {
        return (int) ((hash >>> 24 & 0xFFFF_FFFFL) * length >>> 32);
    }

    /** Three bits of the hash, at home. */
    private static int tag(long hash) {
        return (int) hash << ID_BITS & ONE_WAY - 1;
    }

    private static int id(int slot) {
        return (slot & ID) - 1;
    }

    private static int after(int at, int length) {
        return at + 1 == length ? 0 : at + 1;
    }

    private static int distance(int from, int to, int length) {
        return to >= from ? to - from : to - from + length;
    }
}

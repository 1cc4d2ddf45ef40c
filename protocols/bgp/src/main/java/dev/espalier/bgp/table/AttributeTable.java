package dev.espalier.bgp.table;

import dev.espalier.route.PathAttributes;
import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Keeps each set of path attributes once and numbers it. A full table has a million paths and a sixth as many sets; paths refer
 * to them by number, and two paths say the same when their numbers agree.
 *
 * <p>Reference-counted: a set is forgotten when the last holder releases it, and its number may then be given to another. An
 * open-addressed hash of numbers finds a set by value; it shrinks again when sets go. One owner.
 */
public final class AttributeTable {

    private static final int SMALLEST = 64;
    private static final int EMPTY = 0;
    private static final int REMOVED = -1;

    private final IntConsumer forgotten;
    private @Nullable PathAttributes[] sets = new PathAttributes[SMALLEST];
    private int[] holders = new int[SMALLEST];
    private int limit;
    private int[] free = new int[SMALLEST];
    private int freeCount;
    /** Numbers plus one; {@link #EMPTY} and {@link #REMOVED} otherwise. The length is a power of two. */
    private int[] slots = new int[2 * SMALLEST];

    private int size;
    private int removedSlots;

    /**
     * @param forgotten told the number of each set that is forgotten, before the number can be given to another
     */
    public AttributeTable(IntConsumer forgotten) {
        this.forgotten = forgotten;
    }

    /** How many sets there are. */
    public int size() {
        return size;
    }

    /** One more than the largest number ever given. */
    public int limit() {
        return limit;
    }

    /** The attributes of a number that is held. */
    public PathAttributes get(int id) {
        PathAttributes set = sets[id];
        if (set == null) {
            throw new IllegalStateException("attribute set " + id + " is held by nobody");
        }
        return set;
    }

    /** Whether the test accepts some set. Asks it about all that there are, so not for every route. */
    public boolean anyMatch(Predicate<PathAttributes> test) {
        for (int id = 0; id < limit; id++) {
            PathAttributes set = sets[id];
            if (set != null && test.test(set)) {
                return true;
            }
        }
        return false;
    }

    /** The number of these attributes, given now if they had none; held once more in either case. */
    public int intern(PathAttributes attributes) {
        int mask = slots.length - 1;
        int reusable = -1;
        int slot = attributes.hashCode() & mask;
        while (slots[slot] != EMPTY) {
            int id = slots[slot] - 1;
            if (slots[slot] == REMOVED) {
                reusable = reusable < 0 ? slot : reusable;
            } else if (get(id).equals(attributes)) {
                holders[id]++;
                return id;
            }
            slot = slot + 1 & mask;
        }
        int id = newId();
        sets[id] = attributes;
        holders[id] = 1;
        if (reusable >= 0) {
            removedSlots--;
            slot = reusable;
        }
        slots[slot] = id + 1;
        size++;
        if (3 * (size + removedSlots) > 2 * slots.length) {
            rehash();
        }
        return id;
    }

    /** Holds a number once more. */
    public void retain(int id) {
        holders[id]++;
    }

    /** Holds a number once less; at zero the set is forgotten. */
    public void release(int id) {
        if (--holders[id] > 0) {
            return;
        }
        forgotten.accept(id);
        int mask = slots.length - 1;
        int slot = get(id).hashCode() & mask;
        while (slots[slot] != id + 1) {
            slot = slot + 1 & mask;
        }
        slots[slot] = REMOVED;
        removedSlots++;
        sets[id] = null;
        if (freeCount == free.length) {
            free = Arrays.copyOf(free, 2 * freeCount);
        }
        free[freeCount++] = id;
        size--;
        if (slots.length > 4 * SMALLEST && 8 * size < slots.length) {
            rehash();
        }
    }

    private int newId() {
        if (freeCount > 0) {
            return free[--freeCount];
        }
        if (limit == sets.length) {
            sets = Arrays.copyOf(sets, limit + limit / 2);
            holders = Arrays.copyOf(holders, sets.length);
        }
        return limit++;
    }

    private void rehash() {
        int capacity = 2 * SMALLEST;
        while (capacity < 3 * size) {
            capacity *= 2;
        }
        slots = new int[capacity];
        removedSlots = 0;
        for (int id = 0; id < limit; id++) {
            PathAttributes set = sets[id];
            if (set != null) {
                int slot = set.hashCode() & capacity - 1;
                while (slots[slot] != EMPTY) {
                    slot = slot + 1 & capacity - 1;
                }
                slots[slot] = id + 1;
            }
        }
    }
}

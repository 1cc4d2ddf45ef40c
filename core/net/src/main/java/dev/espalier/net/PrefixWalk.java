package dev.espalier.net;

import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * One ordered walk over a part of a {@link PrefixTable}: collects the numbers by looking at every row, sorts them, visits them.
 *
 * <p>Sorting goes word by word, most significant first: a key has 32 bits of the prefix above its number, so that an array of
 * longs is all it needs (8 octets a prefix visited, until the walk ends). Only runs in which the word is equal are sorted by the
 * next one. The last word is the length.
 */
final class PrefixWalk {

    private final PrefixColumns columns;
    private final int words;
    private long[] keys = new long[64];
    private int count;

    PrefixWalk(PrefixColumns columns, AddressFamily family) {
        this.columns = columns;
        words = family.bits() / Integer.SIZE;
    }

    void visit(long high, long low, int length, IntConsumer action) {
        columns.forEachWithin(high, low, length, this::add);
        sort(0, count, 0);
        for (int i = 0; i < count; i++) {
            action.accept((int) keys[i]);
        }
    }

    private void add(int id) {
        if (count == keys.length) {
            keys = Arrays.copyOf(keys, Math.min(2 * count, columns.size()));
        }
        keys[count++] = id;
    }

    private void sort(int from, int to, int word) {
        for (int i = from; i < to; i++) {
            int id = (int) keys[i];
            keys[i] =
                    (long) (word(id, word) ^ Integer.MIN_VALUE) << 32 | id; // as signed longs, unsigned words in order
        }
        Arrays.sort(keys, from, to);
        int start = from;
        for (int i = from + 1; i <= to && word < words; i++) {
            if (i == to || keys[i] >>> 32 != keys[start] >>> 32) {
                if (i - start > 1) {
                    sort(start, i, word + 1);
                }
                start = i;
            }
        }
    }

    private int word(int id, int word) {
        if (word == words) {
            return columns.length(id);
        }
        long half = word < 2 ? columns.high(id) : columns.low(id);
        return (int) (half >>> 32 - 32 * (word % 2));
    }
}

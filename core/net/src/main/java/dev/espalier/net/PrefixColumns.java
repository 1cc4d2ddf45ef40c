package dev.espalier.net;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * The rows of a {@link PrefixTable} by number: the bits, the length and the count of holders of each prefix.
 *
 * <p><b>Layout.</b> Pages of {@value #ROWS} rows, a row being one element in each of a few arrays. An IPv4 row takes 6 octets:
 * 4 of address, 1 of length, 1 of holders. An IPv6 row takes 10, and 8 more in pages where some prefix is longer than /64.
 * Growing adds a page and copies nothing. A page in which nothing is held is dropped.
 *
 * <p><b>Invariants.</b> A row is free when it has no holders. The free rows of a page are those from {@code fresh} on and a chain
 * through the address column. The next number comes from the lowest page with room, so numbers stay dense, and a table that
 * shrinks empties its last pages first.
 */
final class PrefixColumns {

    private static final int PAGE_BITS = 12;
    private static final int ROWS = 1 << PAGE_BITS;
    private static final int ROW = ROWS - 1;

    /** Numbers are below 2^26, since {@link PrefixSlots} has so many bits for them. */
    private static final int MAX_SIZE = PrefixSlots.MAX_ID + 1 - ROWS;

    /** In place of a count of holders: it does not fit one octet and is kept in {@link #crowds}. */
    private static final int CROWD = 0xFF;

    private final AddressFamily family;
    private final Page absent;
    private Page[] pages;
    /** One more than the last page that is not absent. */
    private int pageCount;
    /** Pages below {@link #pageCount} with a free row. */
    private final BitSet withRoom = new BitSet();

    private final Map<Integer, Integer> crowds = new HashMap<>();
    private int size;

    PrefixColumns(AddressFamily family) {
        this.family = family;
        absent = new Page(family, 0);
        pages = new Page[] {absent};
    }

    /** How many numbers are held. */
    int size() {
        return size;
    }

    /** One more than the largest number that is or was held, not counting pages that were dropped at the end. */
    int limit() {
        return pageCount == 0 ? 0 : (pageCount - 1 << PAGE_BITS) + pages[pageCount - 1].fresh;
    }

    long high(int id) {
        return pages[id >>> PAGE_BITS].high(id & ROW);
    }

    long low(int id) {
        return pages[id >>> PAGE_BITS].low(id & ROW);
    }

    int length(int id) {
        return pages[id >>> PAGE_BITS].length[id & ROW] & 0xFF;
    }

    boolean holds(int id, long high, long low, int length) {
        Page page = pages[id >>> PAGE_BITS];
        int row = id & ROW;
        return page.high(row) == high && page.length[row] == (byte) length && page.low(row) == low;
    }

    /** Visits the numbers of a block and of the prefixes within it, ascending: looks at every row. */
    void forEachWithin(long high, long low, int length, IntConsumer action) {
        long highMask = IpPrefix.highMask(length);
        long lowMask = IpPrefix.lowMask(length);
        for (int number = 0; number < pageCount; number++) {
            Page page = pages[number];
            for (int row = 0; row < page.fresh; row++) {
                boolean contained = ((page.high(row) ^ high) & highMask) == 0 && ((page.low(row) ^ low) & lowMask) == 0;
                if (contained && page.holders[row] != 0 && (page.length[row] & 0xFF) >= length) {
                    action.accept(number << PAGE_BITS | row);
                }
            }
        }
    }

    /** Gives a number to a prefix that has none; it starts with one holder. */
    int add(long high, long low, int length) {
        if (size == MAX_SIZE) {
            throw new IllegalStateException("the table of " + family + " prefixes is full: it holds " + size);
        }
        int number = withRoom.nextSetBit(0);
        if (number < 0 || pages[number] == absent) {
            number = number < 0 ? pageCount : number;
            addPage(number);
        }
        Page page = pages[number];
        int row = page.take();
        if (page.held == ROWS) {
            withRoom.clear(number);
        }
        page.put(row, high, low);
        page.length[row] = (byte) length;
        page.holders[row] = 1;
        size++;
        return number << PAGE_BITS | row;
    }

    private void addPage(int number) {
        if (number == pages.length) {
            pages = Arrays.copyOf(pages, 2 * number);
            Arrays.fill(pages, number, pages.length, absent);
        }
        pages[number] = new Page(family, ROWS);
        withRoom.set(number);
        pageCount = Math.max(pageCount, number + 1);
    }

    /** Forgets the prefix of a number that has no holders left. */
    void remove(int id) {
        int number = id >>> PAGE_BITS;
        Page page = pages[number];
        page.give(id & ROW);
        withRoom.set(number);
        size--;
        // the first page stays: a table of a few prefixes that come and go shall not make garbage
        if (page.held == 0 && number > 0) {
            pages[number] = absent;
            dropLastPages();
        }
    }

    private void dropLastPages() {
        while (pageCount > 1 && pages[pageCount - 1] == absent) {
            withRoom.clear(--pageCount);
        }
        if (pages.length > 4 * pageCount) {
            pages = Arrays.copyOf(pages, 2 * pageCount);
        }
    }

    void retain(int id) {
        Page page = pages[id >>> PAGE_BITS];
        int holders = page.holders[id & ROW] & 0xFF;
        if (holders == 0) {
            throw notHeld(id);
        }
        if (holders < CROWD - 1) {
            page.holders[id & ROW]++;
        } else {
            crowds.merge(id, holders < CROWD ? CROWD : 1, Integer::sum);
            page.holders[id & ROW] = (byte) CROWD;
        }
    }

    /** Counts down; whether that was the last holder. */
    boolean release(int id) {
        Page page = pages[id >>> PAGE_BITS];
        int holders = page.holders[id & ROW] & 0xFF;
        if (holders == 0) {
            throw notHeld(id);
        }
        if (holders < CROWD) {
            return --page.holders[id & ROW] == 0;
        }
        int count = crowds.merge(id, -1, Integer::sum);
        if (count < CROWD) {
            crowds.remove(id);
            page.holders[id & ROW] = (byte) count;
        }
        return false;
    }

    private static IllegalStateException notHeld(int id) {
        return new IllegalStateException("nobody holds prefix number " + id);
    }

    private static final class Page {
        private static final int END = -1;
        private static final long[] NO_LOW = new long[0];

        private final boolean ofIpv4;
        private final int[] ipv4;
        private final long[] high;
        /** Empty until some prefix has bits here. */
        private long[] low = NO_LOW;

        private final byte[] length;
        private final byte[] holders;

        private int held;
        /** Rows from here on have never been used. */
        private int fresh;
        /** The head of the chain of free rows below {@link #fresh}. */
        private int free = END;

        private Page(AddressFamily family, int rows) {
            ofIpv4 = family == AddressFamily.IPV4;
            ipv4 = new int[ofIpv4 ? rows : 0];
            high = new long[ofIpv4 ? 0 : rows];
            length = new byte[rows];
            holders = new byte[rows];
        }

        private long high(int row) {
            return ofIpv4 ? (long) ipv4[row] << 32 : high[row];
        }

        private long low(int row) {
            return low == NO_LOW ? 0 : low[row];
        }

        private void put(int row, long newHigh, long newLow) {
            if (ofIpv4) {
                ipv4[row] = (int) (newHigh >>> 32);
            } else {
                high[row] = newHigh;
            }
            if (low == NO_LOW && newLow != 0) {
                low = new long[ROWS];
            }
            if (low != NO_LOW) {
                low[row] = newLow;
            }
        }

        private int take() {
            held++;
            if (free == END) {
                return fresh++;
            }
            int row = free;
            free = (int) (high(row) >> 32);
            return row;
        }

        private void give(int row) {
            held--;
            put(row, (long) free << 32, 0);
            free = row;
        }
    }
}

package dev.espalier.bench.load;

import java.util.Arrays;

/**
 * All prefixes of a run, IPv4 first, numbered from 0, in groups that share one set of attributes. The same seed makes the same
 * prefixes. Filled once, then read without allocation. One thread.
 */
final class Prefixes {

    private static final int FREE = -1;

    /** Of a thousand prefixes in the public table, how many have which length. */
    private static final int[][] LENGTHS = {
        {24, 600}, {23, 100}, {22, 108}, {21, 50}, {20, 45}, {19, 30}, {18, 16}, {17, 11}, {16, 17}, {15, 6}, {14, 5},
        {13, 4}, {12, 4}, {11, 2}, {10, 1}, {9, 1}
    };

    /** The same for IPv6. */
    private static final int[][] LENGTHS_6 = {
        {48, 460}, {44, 130}, {32, 130}, {40, 110}, {36, 60}, {29, 50}, {33, 20}, {46, 20}, {34, 10}, {47, 10}
    };

    /** Global unicast addresses, 2000::/3. */
    private static final long GLOBAL_6 = 0x2000_0000_0000_0000L;

    /** Of a hundred sets of attributes, how many have up to how many prefixes: cumulative share, smallest, largest. */
    private static final int[][] GROUP_SIZES = {
        {35, 1, 1}, {50, 2, 2}, {60, 3, 3}, {67, 4, 4}, {79, 5, 8}, {92, 9, 20}, {100, 21, 40}
    };

    /** How often a neighbouring block may be taken already before another part of the address space is tried. */
    private static final int PATIENCE = 4;

    /** The first 64 bits of each, left-aligned: no IPv6 prefix here is longer. */
    private final long[] addresses;

    private final byte[] lengths;

    /** A hash table of numbers. */
    private final int[] slots;

    private final int slotMask;

    /** The number of the first IPv6 prefix; that of no prefix without. */
    private final int firstIpv6;

    private int size;

    /** Where each group begins; one more than there are groups. */
    private int[] groupStarts = new int[1024];

    private int groups;

    Prefixes(Scenario scenario, long seed) {
        int count = scenario.distinctPrefixes();
        addresses = new long[count];
        lengths = new byte[count];
        firstIpv6 = count - scenario.prefixes6();
        slots = new int[Math.max(1024, Integer.highestOneBit(count) * 4)];
        slotMask = slots.length - 1;
        Arrays.fill(slots, FREE);
        Dice dice = new Dice(seed);
        int owners = scenario.ownPrefixes() ? scenario.feeders() : 1;
        for (int owner = 0; owner < owners; owner++) {
            int end = size + scenario.prefixes();
            if (scenario.hosts()) {
                hosts(owner, end);
            } else {
                publicTable(dice, end);
            }
        }
        publicTable6(dice, count);
        groupStarts = Arrays.copyOf(groupStarts, groups + 1);
        groupStarts[groups] = size;
    }

    int size() {
        return size;
    }

    int groups() {
        return groups;
    }

    /** The number of the first prefix of a group; that of {@code groups()} is the number of all. */
    int groupStart(int group) {
        return groupStarts[group];
    }

    /** Its first 64 bits, left-aligned. */
    long bits(int number) {
        return addresses[number];
    }

    boolean isIpv6(int number) {
        return number >= firstIpv6;
    }

    /** Where the IPv6 prefixes begin; {@link #size} when there are none. */
    int firstIpv6() {
        return firstIpv6;
    }

    int length(int number) {
        return lengths[number];
    }

    /** Writes the prefix as a message carries it (RFC 4271, section 4.3); returns the position after it. */
    int write(int number, byte[] to, int position) {
        int at = position;
        to[at++] = lengths[number];
        int octets = (lengths[number] + 7) / 8;
        for (int i = 0; i < octets; i++) {
            to[at++] = (byte) (addresses[number] >>> (56 - 8 * i));
        }
        return at;
    }

    /**
     * The number of a prefix; -1 when nobody here announces it.
     *
     * @param bits its first 64, left-aligned
     * @param near the number found last: a message mostly goes on with a neighbour of it, in one order or the other, and then the
     *     hash table, a cache line far away, need not be asked
     */
    int find(long bits, int length, boolean ipv6, int near) {
        if (is(near + 1, bits, length, ipv6)) {
            return near + 1;
        }
        return is(near - 1, bits, length, ipv6) ? near - 1 : find(bits, length, ipv6);
    }

    private boolean is(int number, long bits, int length, boolean ipv6) {
        return number >= 0
                && number < size
                && addresses[number] == bits
                && lengths[number] == length
                && ipv6 == isIpv6(number);
    }

    private int find(long bits, int length, boolean ipv6) {
        return slots[slot(bits, length, ipv6)];
    }

    /** For people. */
    String text(int number) {
        if (isIpv6(number)) {
            return Long.toHexString(addresses[number]) + "::/" + lengths[number];
        }
        int address = (int) (addresses[number] >>> 32);
        return (address >>> 24) + "." + (address >>> 16 & 255) + "." + (address >>> 8 & 255) + "." + (address & 255)
                + "/" + lengths[number];
    }

    /** Where a prefix is, or would be. */
    private int slot(long bits, int length, boolean ipv6) {
        int slot = (int) (Mix.bits(bits + length) & slotMask);
        while (slots[slot] != FREE && !is(slots[slot], bits, length, ipv6)) {
            slot = (slot + 1) & slotMask;
        }
        return slot;
    }

    private boolean add(int address, int length) {
        return add((long) address << 32, length, false);
    }

    private boolean add(long bits, int length, boolean ipv6) {
        int slot = slot(bits, length, ipv6);
        if (slots[slot] != FREE) {
            return false;
        }
        slots[slot] = size;
        addresses[size] = bits;
        lengths[size++] = (byte) length;
        return true;
    }

    private void beginGroup() {
        if (groups == groupStarts.length - 1) {
            groupStarts = Arrays.copyOf(groupStarts, groupStarts.length * 2);
        }
        groupStarts[groups++] = size;
    }

    /** A cloud's node: host routes out of one block, all with the node's attributes. */
    private void hosts(int owner, int end) {
        beginGroup();
        int address = (100 << 24) + (owner << 12);
        while (size < end) {
            add(address++, 32);
        }
    }

    /** As the public table: origins with some neighbouring blocks of different lengths. */
    private void publicTable(Dice dice, int end) {
        while (size < end) {
            beginGroup();
            int groupEnd = Math.min(end, size + groupSize(dice));
            int next = dice.below(Integer.MAX_VALUE) << 1;
            int refused = 0;
            while (size < groupEnd) {
                int length = length(dice, LENGTHS);
                int address = next & (-1 << (32 - length));
                boolean added = isPublic(address, length) && add(address, length);
                refused = added ? 0 : refused + 1;
                next = refused > PATIENCE
                        ? dice.below(Integer.MAX_VALUE) << 1
                        : address + (1 << (32 - length)) * (1 + (added ? dice.below(3) : 0));
            }
        }
    }

    private void publicTable6(Dice dice, int end) {
        while (size < end) {
            beginGroup();
            int groupEnd = Math.min(end, size + groupSize(dice));
            long next = anywhere6(dice);
            while (size < groupEnd) {
                int length = length(dice, LENGTHS_6);
                long address = next & (-1L << (64 - length));
                boolean added = address >>> 61 == GLOBAL_6 >>> 61 && add(address, length, true);
                next = added ? address + (1L << (64 - length)) * (1 + dice.below(3)) : anywhere6(dice);
            }
        }
    }

    private static long anywhere6(Dice dice) {
        return GLOBAL_6 | (long) dice.below(1 << 29) << 32 | (long) dice.below(Integer.MAX_VALUE) << 1;
    }

    private static int length(Dice dice, int[][] lengths) {
        int rest = dice.below(1000);
        int row = 0;
        while (rest >= lengths[row][1]) {
            rest -= lengths[row++][1];
        }
        return lengths[row][0];
    }

    private static int groupSize(Dice dice) {
        int drawn = dice.below(100);
        int row = 0;
        while (drawn >= GROUP_SIZES[row][0]) {
            row++;
        }
        int smallest = GROUP_SIZES[row][1];
        return smallest + dice.below(GROUP_SIZES[row][2] - smallest + 1);
    }

    /** Whether all of the block is unicast space that a daemon takes; a run's own addresses are in 10/8 and 127/8. */
    private static boolean isPublic(int address, int length) {
        int last = address | (length == 0 ? -1 : -1 >>> length);
        for (int first = address >>> 24; first <= last >>> 24; first++) {
            if (first == 0
                    || first == 10
                    || first == 100
                    || first == 127
                    || first == 169
                    || first == 172
                    || first == 192
                    || first >= 224) {
                return false;
            }
        }
        return true;
    }
}

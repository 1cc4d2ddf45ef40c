package dev.espalier.net;

import java.util.function.IntConsumer;
import java.util.function.IntPredicate;

/**
 * Gives prefixes of one family dense numbers, and finds them again: exactly, by longest match, and by containment.
 *
 * <p>A number stays with its prefix while anybody holds it: {@link #retain} counts up, {@link #release} counts down, and at
 * zero the prefix is forgotten and the number may be given to another. Tables of the BGP engine and the routing table use the
 * numbers as indexes into arrays of their own, so that each prefix is kept once.
 *
 * <p>Bits are left-aligned in two longs, see {@link IpAddress#high()}; bits after the length are ignored. Not thread-safe: one
 * owner.
 *
 * <p><b>How.</b> {@link PrefixColumns} keeps the prefixes by number, in pages; {@link PrefixSlots} is a hash table from prefix
 * to number; {@link PrefixWalk} sorts when somebody wants order. What every received route asks for, the exact find, is then a
 * few cache misses, and a prefix costs 11 to 18 octets (IPv4, mostly 12 to 13) or 15 to 30 (IPv6), whatever its length and
 * however sparse its surroundings. The rare questions pay for that: a longest match asks once for each length in use (about
 * 1 microsecond in a full table), and an ordered walk looks at every row (1 to 2 ns each) and sorts those it visits. Measured
 * against a tree-bitmap, which keeps order but takes 2 to 8 times the memory where prefixes are not neighbours; see
 * bench/README.md.
 */
public final class PrefixTable {

    /** What the finders return when there is nothing. */
    public static final int NONE = -1;

    private final AddressFamily family;
    private final PrefixColumns columns;
    private final PrefixSlots slots;
    /** How many prefixes there are of each length. */
    private final int[] ofLength;

    /** An empty table. */
    public PrefixTable(AddressFamily family) {
        this.family = family;
        columns = new PrefixColumns(family);
        slots = new PrefixSlots(columns);
        ofLength = new int[family.bits() + 1];
    }

    /** The family of its prefixes. */
    public AddressFamily family() {
        return family;
    }

    /** How many prefixes it holds. */
    public int size() {
        return columns.size();
    }

    /**
     * More than any number that is held: how long an array indexed by numbers must be. Falls again, in steps, when the largest
     * numbers are released.
     */
    public int limit() {
        return columns.limit();
    }

    /** The number of a prefix, {@link #NONE} when it has none. */
    public int find(long high, long low, int length) {
        long maskedHigh = high & IpPrefix.highMask(length);
        long maskedLow = low & IpPrefix.lowMask(length);
        return slots.find(PrefixSlots.hash(maskedHigh, maskedLow, length), maskedHigh, maskedLow, length);
    }

    /** The number of a prefix, {@link #NONE} when it has none or is of the other family. */
    public int find(IpPrefix prefix) {
        return prefix.family() == family
                ? find(prefix.address().high(), prefix.address().low(), prefix.length())
                : NONE;
    }

    /**
     * The number of a prefix, given now if it has none, held once more in either case.
     *
     * @throws IllegalArgumentException when the length does not fit the family
     */
    public int retain(long high, long low, int length) {
        if (length < 0 || length >= ofLength.length) {
            throw new IllegalArgumentException(
                    "a prefix length of " + family + " is 0 to " + family.bits() + ", not " + length);
        }
        long maskedHigh = high & IpPrefix.highMask(length);
        long maskedLow = low & IpPrefix.lowMask(length);
        long hash = PrefixSlots.hash(maskedHigh, maskedLow, length);
        int id = slots.find(hash, maskedHigh, maskedLow, length);
        if (id != NONE) {
            columns.retain(id);
            return id;
        }
        id = columns.add(maskedHigh, maskedLow, length);
        slots.add(hash, id);
        ofLength[length]++;
        return id;
    }

    /**
     * As {@link #retain(long, long, int)}.
     *
     * @throws IllegalArgumentException when the prefix is of the other family
     */
    public int retain(IpPrefix prefix) {
        if (prefix.family() != family) {
            throw new IllegalArgumentException(prefix + " is not of " + family);
        }
        return retain(prefix.address().high(), prefix.address().low(), prefix.length());
    }

    /**
     * Holds a number once more.
     *
     * @throws IllegalStateException when nobody holds it
     */
    public void retain(int id) {
        columns.retain(id);
    }

    /**
     * Holds a number once less; at zero the prefix is forgotten.
     *
     * @throws IllegalStateException when nobody holds it
     */
    public void release(int id) {
        if (!columns.release(id)) {
            return;
        }
        int length = columns.length(id);
        slots.remove(PrefixSlots.hash(columns.high(id), columns.low(id), length), id);
        columns.remove(id);
        ofLength[length]--;
    }

    /** The prefix of a number that is held. */
    public IpPrefix prefix(int id) {
        return IpPrefix.of(family, columns.high(id), columns.low(id), columns.length(id));
    }

    /** The first 64 bits of the prefix of a number that is held. */
    public long high(int id) {
        return columns.high(id);
    }

    /** The last 64 bits of the prefix of a number that is held. */
    public long low(int id) {
        return columns.low(id);
    }

    /** The length of the prefix of a number that is held. */
    public int length(int id) {
        return columns.length(id);
    }

    /**
     * The longest prefix that contains an address and that the test accepts. The test is asked about each that contains it, longest
     * first, until it accepts one.
     *
     * @param maxLength longer prefixes are not considered; 32 or 128 for all
     * @return its number, or {@link #NONE}
     */
    public int longestMatch(long high, long low, int maxLength, IntPredicate accept) {
        for (int length = maxLength; length >= 0; length--) {
            int id = ofLength[length] == 0 ? NONE : find(high, low, length);
            if (id != NONE && accept.test(id)) {
                return id;
            }
        }
        return NONE;
    }

    /**
     * Visits a prefix and all prefixes within it, in order (see {@link IpPrefix#compareTo}); none for a prefix of the other
     * family. Looks at all prefixes of the table, so ask once for a large block rather than often for small ones. The action must
     * not change the table.
     */
    public void forEachWithin(IpPrefix prefix, IntConsumer action) {
        if (prefix.family() == family) {
            new PrefixWalk(columns, family)
                    .visit(prefix.address().high(), prefix.address().low(), prefix.length(), action);
        }
    }
}

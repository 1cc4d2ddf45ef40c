package dev.espalier.policy;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import java.util.Collection;
import java.util.List;

/**
 * Finds out whether a prefix is within a set of {@link PrefixRange}s: a hash table over all of them, asked once for each prefix
 * length that occurs in the set. Typical sets have a handful of lengths, so a handful of look-ups; never more than the length of
 * the prefix asked about, plus one. Looking up makes no garbage. Immutable; any thread.
 */
final class PrefixMatcher {

    private final Table ipv4;
    private final Table ipv6;

    PrefixMatcher(Collection<PrefixRange> ranges) {
        ipv4 = new Table(of(AddressFamily.IPV4, ranges));
        ipv6 = new Table(of(AddressFamily.IPV6, ranges));
    }

    /** For addresses and blocks of them: a prefix matches when it lies within one of the blocks. */
    static PrefixMatcher within(Collection<IpPrefix> blocks) {
        return new PrefixMatcher(blocks.stream().map(PrefixRange::orLonger).toList());
    }

    private static List<PrefixRange> of(AddressFamily family, Collection<PrefixRange> ranges) {
        return ranges.stream()
                .filter(r -> r.prefix().family() == family)
                .distinct()
                .toList();
    }

    /** Whether some range holds the prefix whose left-aligned bits are given. */
    boolean matches(AddressFamily family, long high, long low, int length) {
        return switch (family) {
            case IPV4 -> ipv4.matches(high, low, length);
            case IPV6 -> ipv6.matches(high, low, length);
        };
    }

    /** Whether some range holds the address, taken as a prefix of full length. */
    boolean matches(IpAddress address) {
        return matches(
                address.family(),
                address.high(),
                address.low(),
                address.family().bits());
    }

    /** The ranges of one family, by open addressing; ranges of one prefix stand one after the other. */
    private static final class Table {
        /** The lengths of the prefixes in the set, ascending. */
        private final int[] lengths;
        /** The range in each slot; at most half of the slots are taken, so that every search ends at a free one. */
        private final long[] highs;

        private final long[] lows;
        private final short[] prefixLengths;
        private final short[] minLengths;
        private final short[] maxLengths;

        private static final short FREE = -1;

        Table(List<PrefixRange> ranges) {
            int slots = Integer.highestOneBit(Math.max(1, ranges.size())) * 4;
            lengths = ranges.stream()
                    .mapToInt(r -> r.prefix().length())
                    .sorted()
                    .distinct()
                    .toArray();
            highs = new long[slots];
            lows = new long[slots];
            prefixLengths = new short[slots];
            minLengths = new short[slots];
            maxLengths = new short[slots];
            java.util.Arrays.fill(prefixLengths, FREE);
            ranges.forEach(this::put);
        }

        private void put(PrefixRange range) {
            IpPrefix prefix = range.prefix();
            long high = prefix.address().high();
            long low = prefix.address().low();
            int slot = slot(high, low, prefix.length());
            while (prefixLengths[slot] != FREE) {
                slot = slot + 1 & prefixLengths.length - 1;
            }
            highs[slot] = high;
            lows[slot] = low;
            prefixLengths[slot] = (short) prefix.length();
            minLengths[slot] = (short) range.minLength();
            maxLengths[slot] = (short) range.maxLength();
        }

        boolean matches(long high, long low, int length) {
            for (int covering : lengths) {
                if (covering > length) {
                    return false;
                }
                long maskedHigh = high & IpPrefix.highMask(covering);
                long maskedLow = low & IpPrefix.lowMask(covering);
                if (holds(maskedHigh, maskedLow, covering, length)) {
                    return true;
                }
            }
            return false;
        }

        private boolean holds(long high, long low, int covering, int length) {
            int slot = slot(high, low, covering);
            while (prefixLengths[slot] != FREE) {
                if (highs[slot] == high
                        && lows[slot] == low
                        && prefixLengths[slot] == covering
                        && minLengths[slot] <= length
                        && length <= maxLengths[slot]) {
                    return true;
                }
                slot = slot + 1 & prefixLengths.length - 1;
            }
            return false;
        }

        private int slot(long high, long low, int length) {
            long h = (high ^ low * 0x9E3779B97F4A7C15L ^ (long) length << 7) * 0xC2B2AE3D27D4EB4FL;
            return (int) (h >>> 32) & prefixLengths.length - 1;
        }
    }
}

package dev.espalier.routing;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import java.util.Collection;
import java.util.List;

/**
 * The addresses of some next hops in order, to ask of a prefix whether any lies within it: the one question that is asked for
 * every changed route, answered without making objects.
 */
final class AddressRanges {

    private final long[] highs4;
    private final long[] highs6;
    private final long[] lows6;

    /** Of those next hops that routes decide about; the others are on a link that is named. */
    AddressRanges(Collection<NextHopKey> keys) {
        highs4 = sorted(keys, AddressFamily.IPV4).stream()
                .mapToLong(IpAddress::high)
                .toArray();
        List<IpAddress> ipv6 = sorted(keys, AddressFamily.IPV6);
        highs6 = ipv6.stream().mapToLong(IpAddress::high).toArray();
        lows6 = ipv6.stream().mapToLong(IpAddress::low).toArray();
    }

    private static List<IpAddress> sorted(Collection<NextHopKey> keys, AddressFamily family) {
        return keys.stream()
                .filter(key -> key.link() == 0 && key.address().family() == family)
                .map(NextHopKey::address)
                .sorted()
                .toList();
    }

    /** Whether an address lies within the prefix. */
    boolean anyWithin(AddressFamily family, long high, long low, int length) {
        long highMask = IpPrefix.highMask(length);
        return switch (family) {
            case IPV4 -> {
                int at = firstNotBefore(highs4, null, high, 0);
                yield at < highs4.length && (highs4[at] & highMask) == high;
            }
            case IPV6 -> {
                int at = firstNotBefore(highs6, lows6, high, low);
                yield at < highs6.length
                        && (highs6[at] & highMask) == high
                        && (lows6[at] & IpPrefix.lowMask(length)) == low;
            }
        };
    }

    private static int firstNotBefore(
            long[] highs, long @org.jspecify.annotations.Nullable [] lows, long high, long low) {
        int from = 0;
        int to = highs.length;
        while (from < to) {
            int middle = (from + to) >>> 1;
            int order = Long.compareUnsigned(highs[middle], high);
            if (order == 0 && lows != null) {
                order = Long.compareUnsigned(lows[middle], low);
            }
            if (order < 0) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from;
    }
}

package dev.espalier.routing;

import dev.espalier.net.IpAddress;
import dev.espalier.route.NextHop.Hop;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Joins the ways to several next hops into one list with the right shares: a next hop of weight 3 that is reached over two
 * links gives each link half of its 3. Equal ways are added up, the weights are reduced to the smallest whole numbers, and the
 * list is in the order of {@link Hop#compareTo}, so that equal distributions are equal lists.
 */
final class HopShares {

    /** The largest weight a kernel takes. */
    static final int MAX_WEIGHT = 256;

    /** Denominators beyond this are rounded: no traffic is split finer. */
    private static final long MAX_DENOMINATOR = 1 << 20;

    private final List<Part> parts = new ArrayList<>();

    /** One next hop's weight, and the ways to it. */
    private record Part(int weight, List<Hop> hops) {
        long total() {
            return hops.stream().mapToLong(Hop::weight).sum();
        }
    }

    /** A way, whatever its weight. */
    private record Way(@Nullable IpAddress gateway, int link, boolean onLink) {}

    /** Adds a next hop of this weight, reached by these hops; nothing when there are none. */
    void add(int weight, List<Hop> hops) {
        if (!hops.isEmpty()) {
            parts.add(new Part(weight, hops));
        }
    }

    /** All hops with their shares; empty when nothing was added. */
    List<Hop> toHops() {
        long denominator = 1;
        for (Part part : parts) {
            long total = part.total();
            denominator = Math.min(MAX_DENOMINATOR, denominator / gcd(denominator, total) * total);
        }
        Map<Way, Long> shares = new LinkedHashMap<>();
        for (Part part : parts) {
            for (Hop hop : part.hops()) {
                long share = Math.max(1, denominator * part.weight() * hop.weight() / part.total());
                shares.merge(new Way(hop.gateway(), hop.link(), hop.onLink()), share, Long::sum);
            }
        }
        return reduced(shares);
    }

    private static List<Hop> reduced(Map<Way, Long> shares) {
        long divisor = 0;
        long largest = 1;
        for (long share : shares.values()) {
            divisor = gcd(divisor, share);
            largest = Math.max(largest, share);
        }
        List<Hop> hops = new ArrayList<>(shares.size());
        for (Map.Entry<Way, Long> entry : shares.entrySet()) {
            Way way = entry.getKey();
            long weight = largest / divisor <= MAX_WEIGHT
                    ? entry.getValue() / divisor
                    : Math.max(1, entry.getValue() * MAX_WEIGHT / largest);
            hops.add(new Hop(way.gateway(), way.link(), (int) weight, way.onLink()));
        }
        hops.sort(null);
        return List.copyOf(hops);
    }

    private static long gcd(long a, long b) {
        return b == 0 ? a : gcd(b, a % b);
    }
}

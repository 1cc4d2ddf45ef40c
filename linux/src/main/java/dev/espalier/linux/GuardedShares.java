package dev.espalier.linux;

import java.util.ArrayList;
import java.util.List;

/**
 * How a group keeps hops on standby, in the weights of a resilient group. Pure.
 *
 * <p>The kernel has no notion of a backup. But a resilient group spreads flows over a fixed number of buckets, and a member whose
 * share of them rounds to nothing gets no packet. When the kernel takes the other members out, because their link lost its carrier,
 * those that remain get all buckets in the same moment. So the hops in use weigh as much as they can, and those on standby 1.
 *
 * <p>A member's buckets are the kernel's {@code wants_buckets}: the rounded end of its part of the sum of weights, less that of the
 * member before it. Hops on standby come last, and none gets a bucket as long as {@code 63.5/64} of all weight lie before them.
 */
final class GuardedShares {

    /** How many buckets; traffic is split no finer. A bucket takes about 100 octets of the kernel's memory. */
    static final int BUCKETS = 64;

    private static final int MAX_WEIGHT = 256;

    /** How much weight in use it takes to keep one hop of weight 1 without a bucket. */
    private static final int WEIGHT_PER_STANDBY = 2 * BUCKETS - 1;

    private GuardedShares() {}

    /**
     * The weights of hops in use: in the same ratio, but so large that there is room for a hop on standby, and each large enough for
     * one bucket at least.
     *
     * @param weights 1 to 256 each
     */
    static int[] inUse(int[] weights) {
        int largest = 1;
        for (int weight : weights) {
            largest = Math.max(largest, weight);
        }
        int smallest = Math.min(MAX_WEIGHT, MAX_WEIGHT / BUCKETS * weights.length + 1);
        int[] scaled = new int[weights.length];
        for (int i = 0; i < weights.length; i++) {
            scaled[i] = Math.max(smallest, weights[i] * (MAX_WEIGHT / largest));
        }
        return scaled;
    }

    /** How many hops on standby there is room for, beside hops in use of these weights. */
    static int room(int[] inUse) {
        int sum = 0;
        for (int weight : inUse) {
            sum += weight;
        }
        return sum / WEIGHT_PER_STANDBY;
    }

    /** How many buckets the kernel gives each member. */
    static int[] buckets(int[] weights) {
        long sum = 0;
        for (int weight : weights) {
            sum += weight;
        }
        int[] buckets = new int[weights.length];
        long before = 0;
        long end = 0;
        for (int i = 0; i < weights.length; i++) {
            end += weights[i];
            long upTo = (BUCKETS * end + sum / 2) / sum;
            buckets[i] = (int) (upTo - before);
            before = upTo;
        }
        return buckets;
    }

    /** The members of a group that get packets, with weights in smallest numbers; the others are on standby. */
    static List<NexthopTable.Share> inUse(List<NexthopTable.Share> shares) {
        int[] buckets =
                buckets(shares.stream().mapToInt(NexthopTable.Share::weight).toArray());
        List<NexthopTable.Share> used = new ArrayList<>(shares.size());
        int divisor = 0;
        for (int i = 0; i < buckets.length; i++) {
            if (buckets[i] > 0) {
                used.add(shares.get(i));
                divisor = gcd(shares.get(i).weight(), divisor);
            }
        }
        int unit = divisor;
        return used.stream()
                .map(share -> new NexthopTable.Share(share.member(), share.weight() / unit))
                .toList();
    }

    private static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }
}

package dev.espalier.bgp.engine;

import dev.espalier.route.NextHop;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The next hops of the paths that share the traffic of one prefix, and their weights. Paths with the same next hop, such as one that two
 * reflectors pass on, are one way: it counts once, with the larger bandwidth. Made for one prefix.
 */
final class SharedHops {

    private final int[] numbers;
    private final float[] bandwidths;
    private int size;

    /** For so many paths at most. */
    SharedHops(int paths) {
        numbers = new int[paths];
        bandwidths = new float[paths];
    }

    /** Adds the next hop of a path, by its number, with the path's link bandwidth or {@link LinkBandwidth#NONE}. */
    void add(int nextHop, float bandwidth) {
        for (int i = 0; i < size; i++) {
            if (numbers[i] == nextHop) {
                bandwidths[i] = Math.max(bandwidths[i], bandwidth);
                return;
            }
        }
        numbers[size] = nextHop;
        bandwidths[size++] = bandwidth;
    }

    /** As the routing table takes them, in the order in which they came. */
    List<NextHop> toNextHops(NextHops nextHops) {
        int[] weights = LinkBandwidth.weights(Arrays.copyOf(bandwidths, size));
        List<NextHop> hops = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            hops.add(nextHops.toNextHop(numbers[i], weights[i]));
        }
        return hops;
    }
}

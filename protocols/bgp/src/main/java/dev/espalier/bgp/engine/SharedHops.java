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

    /** In place of the only next hop. */
    static final int SEVERAL = -1;

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

    /** Whether a next hop is among them. */
    boolean contains(int nextHop) {
        for (int i = 0; i < size; i++) {
            if (numbers[i] == nextHop) {
                return true;
            }
        }
        return false;
    }

    /** The only next hop; {@link #SEVERAL} when there are more. */
    int only() {
        return size == 1 ? numbers[0] : SEVERAL;
    }

    /** As the routing table takes them, in the order in which they came. */
    List<NextHop> toNextHops(NextHops nextHops) {
        if (size == 1) {
            return nextHops.alone(numbers[0]);
        }
        int[] weights = LinkBandwidth.weights(Arrays.copyOf(bandwidths, size));
        List<NextHop> hops = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            hops.add(nextHops.toNextHop(numbers[i], weights[i]));
        }
        return hops;
    }
}

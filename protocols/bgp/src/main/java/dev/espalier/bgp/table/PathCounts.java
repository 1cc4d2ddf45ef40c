package dev.espalier.bgp.table;

import java.util.Arrays;

/** How many paths each source has in a {@link Rib}, and how many of them take part in the decision. One owner. */
public final class PathCounts {

    private int[] received = new int[16];
    private int[] accepted = new int[16];

    PathCounts() {}

    /** How many paths a source has. */
    public int received(int source) {
        return source < received.length ? received[source] : 0;
    }

    /** How many of them were accepted. */
    public int accepted(int source) {
        return source < accepted.length ? accepted[source] : 0;
    }

    void count(int source, boolean isAccepted, int by) {
        if (source >= received.length) {
            int capacity = Math.max(source + 1, 2 * received.length);
            received = Arrays.copyOf(received, capacity);
            accepted = Arrays.copyOf(accepted, capacity);
        }
        received[source] += by;
        accepted[source] += isAccepted ? by : 0;
    }
}

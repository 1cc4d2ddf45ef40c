package dev.espalier.bench.load;

import java.util.Arrays;

/** When the updates of a churn were sent and how long each was under way. Room is made before the clock starts. One thread. */
final class Latencies {

    private long[] sentAt = {};
    private long[] nanos = {};
    private int count;

    /** Makes room for a churn. */
    void begin(int updates) {
        sentAt = new long[updates];
        nanos = new long[updates];
        count = 0;
    }

    void sent(int update, long now) {
        sentAt[update] = now;
    }

    /** A receiver was told a path that ends in this AS number; those of no churn, and repetitions, do not count. */
    void received(int lastAsn, long now) {
        int update = lastAsn - Attributes.FIRST_CHURN_ASN;
        if (update >= 0 && update < sentAt.length && sentAt[update] != 0) {
            nanos[count++] = now - sentAt[update];
            sentAt[update] = 0;
        }
    }

    int count() {
        return count;
    }

    /** To be called before {@link #millis}. */
    void sort() {
        Arrays.sort(nanos, 0, count);
    }

    /** The latency that this share of the updates does not exceed, in milliseconds; -1 when there is none. */
    double millis(double share) {
        return count == 0 ? -1 : nanos[(int) ((count - 1) * share)] / 1e6;
    }
}

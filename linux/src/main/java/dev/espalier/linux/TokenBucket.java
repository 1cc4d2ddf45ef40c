package dev.espalier.linux;

import org.jspecify.annotations.Nullable;

/**
 * What the kernel's token bucket filter is told, in octets.
 *
 * @param rate octets a second
 * @param burst octets that pass at once when the bucket is full
 * @param limit octets that may wait; what comes beyond is dropped
 */
record TokenBucket(long rate, long burst, long limit) {

    private static final int BITS = 8;
    /** Segments that the network card would cut are up to so long, and pass in one piece if the bucket holds them. */
    private static final long LONGEST_SEGMENT = 64 * 1024;
    /** A burst that nobody said lasts so long, a twentieth of a second. */
    private static final int BURSTS_A_SECOND = 20;
    /** What waits beyond a burst waits so long at most, a fortieth of a second. */
    private static final int WAITS_A_SECOND = 40;

    private static final int ETHERNET = 18;
    private static final long MOST = 0xFFFF_FFFFL;

    /**
     * For a limit in bits.
     *
     * @param rate bits a second; 0 is without a limit
     * @param burst bits; 0 when nobody said any
     * @param mtu of the interface: no packet would pass a bucket that does not hold one
     * @return null without a limit
     */
    static @Nullable TokenBucket of(long rate, long burst, int mtu) {
        if (rate == 0) {
            return null;
        }
        long octets = Math.max(1, rate / BITS);
        long bucket = burst == 0 ? Math.max(octets / BURSTS_A_SECOND, LONGEST_SEGMENT) : burst / BITS;
        bucket = Math.clamp(bucket, (long) mtu + ETHERNET, MOST / 2);
        return new TokenBucket(octets, bucket, Math.min(bucket + octets / WAITS_A_SECOND, MOST));
    }

    /** As four octets can say the rate; all ones when they cannot. */
    int shortRate() {
        return (int) Math.min(rate, MOST);
    }

    boolean needsLongRate() {
        return rate >= MOST;
    }
}

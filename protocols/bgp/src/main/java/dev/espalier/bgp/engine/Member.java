package dev.espalier.bgp.engine;

import dev.espalier.bgp.session.Channel;
import java.util.ArrayList;
import java.util.List;

/**
 * One neighbour's seat in an update group, for one family and one session. Owned by the table's loop.
 */
final class Member {

    private final int source;
    private final Channel channel;
    private final List<byte[]> messages = new ArrayList<>();
    private final RefreshAnswer refresh = new RefreshAnswer();
    private boolean endOfRibSent;
    /** When it was first seen unable to take more, on the loop's clock; {@link #NEVER} while it keeps up. */
    private long blockedSince = NEVER;

    static final long NEVER = Long.MIN_VALUE;

    /**
     * A seat.
     *
     * @param source the neighbour's index as a source of paths
     */
    Member(int source, Channel channel) {
        this.source = source;
        this.channel = channel;
    }

    int source() {
        return source;
    }

    Channel channel() {
        return channel;
    }

    boolean endOfRibSent() {
        return endOfRibSent;
    }

    void endOfRibSent(boolean sent) {
        endOfRibSent = sent;
    }

    /** Where the answer to its last ROUTE-REFRESH stands. */
    RefreshAnswer refresh() {
        return refresh;
    }

    /** How long it has not kept up, in nanoseconds; 0 when it does. */
    long blockedFor(long now) {
        if (channel.writable()) {
            blockedSince = NEVER;
            return 0;
        }
        if (blockedSince == NEVER) {
            blockedSince = now;
        }
        return Math.max(1, now - blockedSince);
    }

    /** Collects messages for {@link #flush}. */
    void add(List<byte[]> more) {
        messages.addAll(more);
    }

    void add(byte[] message) {
        messages.add(message);
    }

    /** Sends what was collected. */
    void flush() {
        if (!messages.isEmpty()) {
            channel.send(List.copyOf(messages));
            messages.clear();
        }
    }
}

package dev.espalier.bgp.session;

import dev.espalier.bgp.wire.Message;
import dev.espalier.route.Loop;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The established session as a pair of queues: what the table's owner sends waits here until the connection takes it, and what it
 * has not yet consumed is counted here. Both have a high and a low mark, so that a slow side makes the other wait.
 */
final class SessionChannel implements Channel {

    /** So many octets waiting to be sent, and the table's owner should pause; below the lower mark it may go on. */
    static final int SEND_HIGH = 256 * 1024;

    static final int SEND_LOW = 64 * 1024;
    /** So many octets read but not consumed, and we stop reading; below the lower mark we go on. */
    static final int READ_HIGH = 1024 * 1024;

    static final int READ_LOW = 512 * 1024;

    private final PeerConnection connection;
    private final Loop loop;
    private final Negotiated negotiated;
    private final Queue<byte[]> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger queued = new AtomicInteger();
    private final AtomicBoolean drainDue = new AtomicBoolean();
    private final AtomicInteger unconsumed = new AtomicInteger();
    private volatile boolean full;
    private volatile boolean congested;
    private volatile boolean closed;

    SessionChannel(PeerConnection connection, Loop loop, Negotiated negotiated) {
        this.connection = connection;
        this.loop = loop;
        this.negotiated = negotiated;
    }

    @Override
    public Negotiated negotiated() {
        return negotiated;
    }

    @Override
    public void send(List<byte[]> messages) {
        if (closed || messages.isEmpty()) {
            return;
        }
        int octets = 0;
        for (byte[] message : messages) {
            octets += message.length;
        }
        int waiting = queued.addAndGet(octets);
        queue.addAll(messages);
        if (waiting >= SEND_HIGH) {
            full = true;
        }
        // The mark first, then the drain: a drain that comes later sees it, and so clears it.
        if (drainDue.compareAndSet(false, true)) {
            loop.execute(this::drain);
        }
    }

    @Override
    public boolean writable() {
        return !full;
    }

    @Override
    public void consumed(int octets) {
        if (unconsumed.addAndGet(-octets) <= READ_LOW && congested) {
            loop.execute(this::resumeReading);
        }
    }

    @Override
    public void reset(Message.Notification notification, String reason, int pauseSeconds) {
        loop.execute(() -> connection.fault(notification, reason, pauseSeconds));
    }

    /** Hands the connection what it will take. On the loop. */
    void drain() {
        drainDue.set(false);
        while (!closed && connection.writable()) {
            byte[] message = queue.poll();
            if (message == null) {
                break;
            }
            queued.addAndGet(-message.length);
            connection.write(message);
        }
        if (!closed && full && queued.get() <= SEND_LOW) {
            full = false;
            connection.channelWritable(this);
        }
    }

    /** Octets have been given to the table's owner. On the loop. */
    void delivered(int octets) {
        if (unconsumed.addAndGet(octets) > READ_HIGH && !congested) {
            congested = true;
            connection.updateReading();
            resumeReading();
        }
    }

    /** Whether reading must pause. */
    boolean congested() {
        return congested;
    }

    /** The session has ended; whoever still holds the channel talks to nobody. On the loop. */
    void close() {
        closed = true;
        queue.clear();
    }

    private void resumeReading() {
        if (!closed && congested && unconsumed.get() <= READ_LOW) {
            congested = false;
            connection.updateReading();
        }
    }
}

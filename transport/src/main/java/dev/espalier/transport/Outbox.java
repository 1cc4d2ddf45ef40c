package dev.espalier.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be sent on one connection.
 *
 * <p>Arrays wait as they were given, so a message for a thousand slow peers is held once; Netty's own queue would copy each into
 * direct memory. At most one batch of {@value #BATCH} octets is in direct memory: at the end of the loop's turn the waiting
 * arrays are copied into it, and it goes to the kernel in one call. Copying costs less than the calls it saves.
 *
 * <p>Owned by the connection's loop.
 */
final class Outbox {

    /** From here on {@link #writable} is false. */
    static final int HIGH = 256 * 1024;

    /** Below this it becomes true again. */
    static final int LOW = 64 * 1024;

    private static final int BATCH = 64 * 1024;

    private final Channel channel;
    private final Owner owner;
    private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
    /** How much of the first waiting array has gone already. */
    private int sentOfFirst;
    /** Octets in the waiting arrays that have not gone. */
    private long waitingOctets;

    private @Nullable ByteBuf batch;
    private boolean turnEnding;
    private boolean full;

    /** Hears how it goes. Never called from within {@link #add}. */
    interface Owner {
        /** Less than {@link #LOW} is waiting, after {@link #HIGH} had been reached. */
        void writableAgain();

        /** All was taken by the kernel. */
        void drained();

        /** The kernel takes no more. */
        void failed(Throwable failure);
    }

    Outbox(Channel channel, Owner owner) {
        this.channel = channel;
        this.owner = owner;
    }

    void add(byte[] octets) {
        if (octets.length == 0) {
            return;
        }
        waiting.addLast(octets);
        waitingOctets += octets.length;
        full |= pending() >= HIGH;
        if (!turnEnding && batch == null) {
            turnEnding = true;
            channel.eventLoop().execute(this::flush);
        }
    }

    /** Octets that the kernel has not taken. */
    long pending() {
        ByteBuf sending = batch;
        return waitingOctets + (sending == null ? 0 : sending.readableBytes());
    }

    boolean writable() {
        return !full;
    }

    /** Forgets all, when the connection is gone. */
    void clear() {
        waiting.clear();
        waitingOctets = 0;
        sentOfFirst = 0;
    }

    private void flush() {
        turnEnding = false;
        if (batch == null && waitingOctets > 0 && channel.isActive()) {
            ByteBuf next = fill();
            batch = next;
            ChannelFuture outcome = channel.writeAndFlush(next);
            outcome.addListener(done -> sent(done.cause()));
        }
    }

    private ByteBuf fill() {
        int room = (int) Math.min(BATCH, waitingOctets);
        ByteBuf next = channel.alloc().directBuffer(room, room);
        while (next.isWritable()) {
            byte[] first = waiting.element();
            int length = Math.min(first.length - sentOfFirst, next.writableBytes());
            next.writeBytes(first, sentOfFirst, length);
            sentOfFirst += length;
            if (sentOfFirst == first.length) {
                waiting.remove();
                sentOfFirst = 0;
            }
        }
        waitingOctets -= room;
        return next;
    }

    private void sent(@Nullable Throwable failure) {
        batch = null;
        if (failure != null) {
            clear();
            owner.failed(failure);
            return;
        }
        flush();
        if (full && pending() < LOW) {
            full = false;
            owner.writableAgain();
        }
        if (pending() == 0) {
            owner.drained();
        }
    }
}

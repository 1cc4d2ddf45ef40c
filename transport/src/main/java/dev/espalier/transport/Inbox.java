package dev.espalier.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What has arrived on one connection and was not consumed: the beginning of a message whose end is still on its way.
 *
 * <p>Usually nothing is kept: the reader sees the buffer into which the kernel has written. What it leaves is kept at the front of
 * a buffer of its own, which is compacted every time and given back when it is empty, so that a thousand quiet connections hold
 * no memory.
 *
 * <p>Owned by the connection's loop.
 */
final class Inbox {

    /** Whoever leaves more than this unread is not waiting for the end of a message: no protocol here has one as long. */
    static final int LIMIT = 1024 * 1024;

    private final ByteBufAllocator allocator;
    private @Nullable ByteBuf kept;

    Inbox(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    /** Shows what was kept and what has arrived to the reader, which consumes by moving the position. */
    void take(ByteBuf arrived, Consumer<ByteBuffer> reader) {
        add(arrived);
        offer(reader);
    }

    /** Keeps what has arrived. Takes the buffer over. */
    void add(ByteBuf arrived) {
        if (kept == null) {
            kept = arrived;
            return;
        }
        try {
            kept.ensureWritable(arrived.readableBytes());
            kept.writeBytes(arrived);
        } finally {
            arrived.release();
        }
    }

    /** Shows what is kept to the reader. */
    void offer(Consumer<ByteBuffer> reader) {
        ByteBuf all = kept;
        if (all == null) {
            return;
        }
        ByteBuffer view = all.nioBuffer();
        reader.accept(view);
        if (kept == null) {
            return; // the reader has closed the connection
        }
        all.skipBytes(view.position());
        compact(all);
    }

    private void compact(ByteBuf all) {
        int left = all.readableBytes();
        if (left == 0) {
            clear();
        } else if (all.capacity() > 2 * left) {
            // A few octets must not hold on to a read buffer of 64 KiB.
            kept = allocator.directBuffer(left).writeBytes(all);
            all.release();
        } else {
            all.discardReadBytes();
        }
    }

    int size() {
        return kept == null ? 0 : kept.readableBytes();
    }

    /** Gives the memory back. */
    void clear() {
        if (kept != null) {
            kept.release();
            kept = null;
        }
    }
}

package dev.espalier.transport;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;

/**
 * Where buffers come from. Netty's own default is made for servers with many cores and grows by 4 MiB and more per thread; a
 * routing daemon moves little and must stay small. So: one arena of direct memory, which grows and shrinks by 1 MiB, none on the
 * heap, and no caches per thread, of which the virtual threads of the HTTP server would otherwise each want one.
 */
final class Memory {

    private static final int PAGE = 8192;
    /** A chunk is {@code PAGE << CHUNK_ORDER}: 1 MiB. */
    private static final int CHUNK_ORDER = 7;

    private Memory() {}

    /** An allocator for one group of I/O threads. */
    static ByteBufAllocator allocator() {
        return new PooledByteBufAllocator(true, 0, 1, PAGE, CHUNK_ORDER, 0, 0, false);
    }
}

package dev.espalier.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A wait for a file descriptor that another thread can end, by ppoll(2) on it and on an eventfd(2). So a thread that listens need
 * not look up now and then whether it is still wanted, and an idle host stays idle.
 */
final class Doorbell implements AutoCloseable {

    /** As long as it takes. */
    static final long FOREVER = Long.MAX_VALUE;

    private static final int POLLIN = 1;
    /** struct pollfd: fd (4), events (2), revents (2). */
    private static final int POLLFD = 8;

    private static final int EFD_NONBLOCK = 0x800;
    private static final int EFD_CLOEXEC = 0x80000;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment polled = arena.allocate(2 * POLLFD, 8);
    private final MemorySegment limit = arena.allocate(16, 8); // struct timespec: seconds, nanoseconds
    private final MemorySegment counter = arena.allocate(8, 8);
    private final MemorySegment one = arena.allocateFrom(JAVA_LONG, 1L);
    private final int bell;
    private boolean closed;

    /** @throws NetlinkException when the kernel refuses an eventfd */
    Doorbell() {
        bell = SystemCalls.eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
        if (bell < 0) {
            arena.close();
            throw new NetlinkException("making an eventfd", -bell, "");
        }
    }

    /**
     * Waits until there is something to read, an error included, or somebody has rung since the last wait, or the time is over. One
     * thread.
     *
     * @param nanos how long at most; {@link #FOREVER} for no limit
     */
    void await(int fd, long nanos) {
        watch(0, bell);
        watch(1, fd);
        limit.set(JAVA_LONG, 0, nanos / 1_000_000_000);
        limit.set(JAVA_LONG, 8, nanos % 1_000_000_000);
        int ready = SystemCalls.ppoll(polled, 2, nanos == FOREVER ? MemorySegment.NULL : limit);
        if (ready > 0 && polled.get(JAVA_SHORT, 6) != 0) {
            SystemCalls.read(bell, counter);
        }
    }

    private void watch(int index, int fd) {
        polled.set(JAVA_INT, (long) POLLFD * index, fd);
        polled.set(JAVA_SHORT, (long) POLLFD * index + 4, (short) POLLIN);
    }

    /** Ends the wait, or the next one; nothing once it is closed. Any thread. */
    synchronized void ring() {
        if (!closed) {
            SystemCalls.write(bell, one);
        }
    }

    /** After the last wait. A second time does nothing. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true; // the number may soon be that of another file
            SystemCalls.close(bell);
            arena.close();
        }
    }
}

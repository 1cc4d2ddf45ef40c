package dev.espalier.agent;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/**
 * Has the heap collected when much has changed and it is quiet again, so that what a table of routes took goes back to the system.
 *
 * <p>G1 collects when it needs room, which a daemon without work never does. It can be told to collect every so often
 * ({@code G1PeriodicGCInterval}), but then it marks the whole heap of an idle daemon for ever: with an interval of 5 s that took
 * 0.9 % of a core, more than all else together. Looking at one number every 5 s takes nothing.
 *
 * <p>Once is not enough: a collection finds regions that are sparsely used, and a later one moves what lives in them. So it is
 * repeated while it helps, by which is not meant that it frees what was allocated meanwhile: that any collection does. The virtual
 * machine has to run with {@code ExplicitGCInvokesConcurrent}: otherwise everything would stand still for each.
 */
final class QuietCollection implements AutoCloseable {

    private static final Duration PERIOD = Duration.ofSeconds(5);
    /** A period in which less is allocated is quiet; in octets. */
    private static final long QUIET = 1 << 20;
    /** So much allocated since the last collection may have left what is worth one; in octets. */
    private static final long WORTH = 16 << 20;
    /** A collection that frees less than this part of what was in use, new objects aside, need not be repeated. */
    private static final int PART = 32;
    /** Nor need one that frees less than this, in octets: so much the threads have at hand for what they allocate next. */
    private static final long LITTLE = 4 << 20;

    private final Thread thread = Thread.ofPlatform().daemon().name("heap").unstarted(this::run);
    private final ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
    private long allocatedBefore;
    /** What had been allocated when the last collection was over. */
    private long allocatedThen;
    /** Whether that one freed so much that another may. */
    private boolean helped;

    QuietCollection() {}

    /** Begins to watch. */
    void start() {
        thread.start();
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(PERIOD);
                if (isDue(threads.getTotalThreadAllocatedBytes())) {
                    long before = used();
                    System.gc();
                    collected(before, used());
                }
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private static long used() {
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    /**
     * To be asked once in a period.
     *
     * @param allocated octets allocated since the virtual machine began. Not those in use: a table that is withdrawn leaves as much
     *     in use as it was, until somebody collects
     * @return whether to collect now
     */
    boolean isDue(long allocated) {
        boolean quiet = allocated - allocatedBefore < QUIET;
        allocatedBefore = allocated;
        return quiet && (helped || allocated - allocatedThen >= WORTH);
    }

    /** The collection is over; with the octets that were in use before it and are now. */
    void collected(long before, long after) {
        long sinceThen = allocatedBefore - allocatedThen;
        long expected =
                sinceThen >= WORTH ? 0 : sinceThen; // a table that came and went: what of it is garbage is the question
        helped = before - after - expected >= Math.max(LITTLE, before / PART);
        allocatedThen = allocatedBefore;
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}

package dev.espalier.agent;

import java.time.Duration;

/**
 * Has the heap collected when much has changed and it is quiet again, so that what a table of routes took goes back to the system.
 *
 * <p>G1 collects when it needs room, which a daemon without work never does. It can be told to collect every so often
 * ({@code G1PeriodicGCInterval}), but then it marks the whole heap of an idle daemon for ever: with an interval of 5 s that took
 * 0.9 % of a core, more than all else together. Looking at two numbers every 5 s takes nothing.
 *
 * <p>Once is not enough: a collection finds regions that are sparsely used, and a later one moves what lives in them. So it is
 * repeated while it helps. The virtual machine has to run with {@code ExplicitGCInvokesConcurrent}: otherwise everything would stand
 * still for each.
 */
final class QuietCollection implements AutoCloseable {

    private static final Duration PERIOD = Duration.ofSeconds(5);
    /** A heap whose use changes by less within a period is quiet; in octets. */
    private static final long QUIET = 1 << 20;
    /** So much more in use than after the last collection may be worth one; in octets. */
    private static final long WORTH = 16 << 20;
    /** A collection that frees less than this part of what was in use need not be repeated. */
    private static final int PART = 32;

    private final Thread thread = Thread.ofPlatform().daemon().name("heap").unstarted(this::run);
    private long usedBefore;
    /** What is in use after a collection that need not be repeated. */
    private long settled;

    QuietCollection() {}

    /** Begins to watch. */
    void start() {
        thread.start();
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(PERIOD);
                if (isDue(used())) {
                    System.gc();
                    collected(used());
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
     * @param used octets of the heap in use
     * @return whether to collect now
     */
    boolean isDue(long used) {
        boolean quiet = Math.abs(used - usedBefore) < QUIET;
        usedBefore = used;
        return quiet && used - settled >= WORTH;
    }

    /** The collection is over. */
    void collected(long used) {
        if (usedBefore - used < usedBefore / PART) {
            settled = used;
        }
        usedBefore = used;
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}

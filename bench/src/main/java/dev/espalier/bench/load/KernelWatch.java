package dev.espalier.bench.load;

/** Waits for the kernel's table to hold so many prefixes. Looks seldom, because a look costs CPU, and more often towards the end. */
final class KernelWatch {

    private static final long SHORTEST_NANOS = 10_000_000L;
    private static final long LONGEST_NANOS = 1_000_000_000L;

    /** So many times what a look takes is waited before the next one. */
    private static final int REST = 5;

    private final long start;
    private final int before;
    private final int wanted;
    private long nextLook;

    /**
     * Begins to wait.
     *
     * @param start {@link System#nanoTime} of the beginning
     * @param before how many there are
     * @param wanted how many there shall be
     */
    KernelWatch(long start, int before, int wanted) {
        this.start = start;
        this.before = before;
        this.wanted = wanted;
    }

    /** Whether it was time to look, and all was there. */
    boolean sees(long now) {
        if (now < nextLook) {
            return false;
        }
        int there = KernelTable.prefixes();
        if (wanted > before ? there >= wanted : there <= wanted) {
            return true;
        }
        long took = System.nanoTime() - now;
        double share = (there - before) / (double) (wanted - before);
        long rest = share > 0 ? (long) ((now - start) * (1 - share) / share) : 0;
        nextLook = now + took + Math.max(Math.clamp(rest / 2, SHORTEST_NANOS, LONGEST_NANOS), REST * took);
        return false;
    }
}

package dev.espalier.library;

import java.time.Duration;

/** Waits for what another thread is about to do. */
final class Eventually {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private Eventually() {}

    /** Returns when an assertion holds; fails as it does after the limit. */
    static void eventually(Runnable assertion) throws InterruptedException {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (true) {
            try {
                assertion.run();
                return;
            } catch (AssertionError notYet) {
                if (System.nanoTime() - end > 0) {
                    throw notYet;
                }
            }
            Thread.sleep(10);
        }
    }
}

package dev.espalier.linux;

import java.time.Duration;

/** Waiting for a thread of ours that has been told to end. */
final class Threads {

    private Threads() {}

    /** Waits until it has ended, but not longer than this; an interrupt ends the waiting and stays set. */
    static void join(Thread thread, Duration limit) {
        try {
            thread.join(limit);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until it has ended; an interrupt ends the waiting and stays set. */
    static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

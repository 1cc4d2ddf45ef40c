package dev.espalier.linux;

import dev.espalier.route.Fib;
import dev.espalier.route.Loop;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Tells those who {@link Fib#watch} that routes may be lost: at once when it has been quiet, otherwise after a pause, so that
 * a hundred thousand removed routes are one notice and not as many. Any thread.
 */
final class LossNotice {

    private static final long PAUSE_NANOS = 200_000_000;

    private final List<Watcher> watchers = new CopyOnWriteArrayList<>();
    private Runnable wake = () -> {};
    private @Nullable String pending;
    private long lastTold = System.nanoTime() - PAUSE_NANOS;

    private record Watcher(Loop loop, Fib.LossObserver observer) {}

    void add(Loop loop, Fib.LossObserver observer) {
        watchers.add(new Watcher(loop, observer));
    }

    /** Who calls {@link #tellWhenDue} is to be woken by this when something has to wait. */
    synchronized void wakeBy(Runnable waker) {
        wake = waker;
    }

    /** Something is lost. The first reason since the last notice is the one that is told. */
    synchronized void lost(String why) {
        if (pending == null) {
            pending = why;
        }
        tellWhenDue();
        if (pending != null) {
            wake.run();
        }
    }

    /** How long until something has to be told, in ns; {@link Doorbell#FOREVER} when there is nothing. */
    synchronized long untilDue() {
        return pending == null ? Doorbell.FOREVER : Math.max(0, lastTold + PAUSE_NANOS - System.nanoTime());
    }

    /** To be called when {@link #untilDue} says so: tells what waits, once the pause is over. */
    synchronized void tellWhenDue() {
        String why = pending;
        if (why == null || System.nanoTime() - lastTold < PAUSE_NANOS) {
            return;
        }
        pending = null;
        lastTold = System.nanoTime();
        for (Watcher watcher : watchers) {
            watcher.loop().execute(() -> watcher.observer().lost(why));
        }
    }
}

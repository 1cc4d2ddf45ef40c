package dev.espalier.route;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The timers of a loop, for those who build one: what is due at the same moment runs in the order in which it was asked for. The
 * queue belongs to its loop; only {@link #schedule} may be called by any thread.
 */
public final class TimerQueue {

    private final PriorityQueue<Due> timers =
            new PriorityQueue<>(Comparator.comparingLong(Due::at).thenComparingLong(Due::order));
    private long order;

    /** Nothing is due. */
    public TimerQueue() {}

    private static final class Due implements Loop.Timer {
        private final long at;
        private long order;
        /** Volatile, because whoever asked from another thread may cancel there. */
        private volatile @Nullable Runnable task;

        Due(long at, Runnable task) {
            this.at = at;
            this.task = task;
        }

        long at() {
            return at;
        }

        long order() {
            return order;
        }

        @Override
        public void cancel() {
            task = null; // it stays in the queue until it is due, and then does nothing
        }
    }

    /**
     * Asks for a timer, as {@link Loop#schedule}; from another thread it is handed to the loop as a task. Any thread.
     *
     * @param loop the owner of the queue
     * @param delayNanos in how many nanoseconds it is due; less than 0 counts as 0
     * @param task what to run then
     * @return the timer, to be cancelled
     */
    public Loop.Timer schedule(Loop loop, long delayNanos, Runnable task) {
        Due due = new Due(loop.now() + Math.max(0, delayNanos), task);
        if (loop.inLoop()) {
            add(due);
        } else {
            loop.execute(() -> add(due));
        }
        return due;
    }

    private void add(Due due) {
        due.order = order++;
        timers.add(due);
    }

    /** How long until the next is due, in nanoseconds; {@link Long#MAX_VALUE} when there is none. */
    public long untilNext(long now) {
        Due next = timers.peek();
        return next == null ? Long.MAX_VALUE : Math.max(0, next.at - now);
    }

    /** Hands over what is due at a moment, in nanoseconds of the loop's clock. */
    public void runDue(long now, Consumer<Runnable> runner) {
        for (Due due = timers.peek(); due != null && due.at - now <= 0; due = timers.peek()) {
            timers.remove();
            Runnable task = due.task;
            if (task != null) {
                runner.accept(task);
            }
        }
    }
}

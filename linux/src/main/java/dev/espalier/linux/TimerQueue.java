package dev.espalier.linux;

import dev.espalier.route.Loop;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The timers of a loop, which is its owner; what is due at the same moment runs in the order in which it was asked for. */
final class TimerQueue {

    private final PriorityQueue<Due> timers =
            new PriorityQueue<>(Comparator.comparingLong(Due::at).thenComparingLong(Due::order));
    private long order;

    private static final class Due implements Loop.Timer {
        private final long at;
        private final long order;
        private @Nullable Runnable task;

        Due(long at, long order, Runnable task) {
            this.at = at;
            this.order = order;
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

    Loop.Timer add(long at, Runnable task) {
        Due due = new Due(at, order++, task);
        timers.add(due);
        return due;
    }

    /** How long until the next is due, in nanoseconds; {@link Long#MAX_VALUE} when there is none. */
    long untilNext(long now) {
        Due next = timers.peek();
        return next == null ? Long.MAX_VALUE : Math.max(0, next.at - now);
    }

    /** Hands over what is due at a moment. */
    void runDue(long now, Consumer<Runnable> runner) {
        for (Due due = timers.peek(); due != null && due.at - now <= 0; due = timers.peek()) {
            timers.remove();
            Runnable task = due.task;
            if (task != null) {
                runner.accept(task);
            }
        }
    }
}

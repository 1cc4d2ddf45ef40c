package dev.espalier.bgp.sim;

import dev.espalier.route.Loop;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A clock that moves only when all is done that was due: the one queue behind every {@link SimulatedLoop} of a test. What is due
 * at the same moment runs in the order in which it was asked for, so that a run is the same every time.
 *
 * <p>One thread: that of the test.
 */
public final class SimulatedTime {

    /** So many tasks without the clock moving mean that two of them keep waking each other. */
    private static final int ENDLESS = 1_000_000;

    private final PriorityQueue<Task> queue =
            new PriorityQueue<>(Comparator.comparingLong(Task::at).thenComparingLong(Task::sequence));
    private long now;
    private long sequence;
    private @Nullable SimulatedLoop running;

    /** A clock at zero. */
    public SimulatedTime() {}

    /**
     * A loop that lives on this clock.
     *
     * @param name shown by {@code toString}
     */
    public SimulatedLoop loop(String name) {
        return new SimulatedLoop(this, name);
    }

    /** The clock, in nanoseconds. */
    public long now() {
        return now;
    }

    /** Lets the time pass; what is due at its end still runs. */
    public void run(Duration time) {
        runUntil(time, () -> false);
    }

    /** Runs all that is due now, without the clock moving. */
    public void settle() {
        run(Duration.ZERO);
    }

    /**
     * Lets time pass until the condition holds, looking after every task.
     *
     * @param limit how long at most
     * @return whether it holds
     */
    public boolean runUntil(Duration limit, BooleanSupplier condition) {
        long end = now + limit.toNanos();
        int atOnce = 0;
        while (!condition.getAsBoolean()) {
            Task next = queue.peek();
            if (next == null || next.at > end) {
                now = end;
                return condition.getAsBoolean();
            }
            queue.remove();
            atOnce = next.at == now ? atOnce + 1 : 0;
            if (atOnce > ENDLESS) {
                throw new IllegalStateException(
                        ENDLESS + " tasks at " + now + " ns without an end; the last is of " + next.loop);
            }
            now = next.at;
            if (next.loop.stalledUntil() > now) {
                queue.add(next.postponed(next.loop.stalledUntil()));
            } else {
                next.run(this);
            }
        }
        return true;
    }

    @Nullable
    SimulatedLoop running() {
        return running;
    }

    Task post(SimulatedLoop loop, long delayNanos, Runnable action) {
        Task task = new Task(now + Math.max(0, delayNanos), sequence++, loop, action);
        queue.add(task);
        return task;
    }

    /** Something to be done on a loop at a moment. */
    static final class Task implements Loop.Timer {
        private long at;
        private final long sequence;
        private final SimulatedLoop loop;
        private final Runnable action;
        private boolean cancelled;

        Task(long at, long sequence, SimulatedLoop loop, Runnable action) {
            this.at = at;
            this.sequence = sequence;
            this.loop = loop;
            this.action = action;
        }

        long at() {
            return at;
        }

        /** The same task later; whoever holds it for cancelling still cancels it. */
        Task postponed(long later) {
            at = later;
            return this;
        }

        long sequence() {
            return sequence;
        }

        @Override
        public void cancel() {
            cancelled = true;
        }

        void run(SimulatedTime time) {
            if (cancelled) {
                return;
            }
            time.running = loop;
            try {
                action.run();
            } finally {
                time.running = null;
            }
        }
    }
}

package dev.espalier.routing;

import dev.espalier.route.Loop;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;

/** A loop with a clock of its own: runs what was handed to it when told to, on the calling thread. */
final class ModelLoop implements Loop {

    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final PriorityQueue<Waiting> timers =
            new PriorityQueue<>(Comparator.<Waiting>comparingLong(t -> t.at).thenComparingLong(t -> t.order));
    private long now;
    private long order;

    private static final class Waiting implements Timer {
        private final long at;
        private final long order;
        private final Runnable task;
        private boolean cancelled;

        Waiting(long at, long order, Runnable task) {
            this.at = at;
            this.order = order;
            this.task = task;
        }

        @Override
        public void cancel() {
            cancelled = true;
        }
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public Timer schedule(long delayNanos, Runnable task) {
        Waiting waiting = new Waiting(now + Math.max(0, delayNanos), order++, task);
        timers.add(waiting);
        return waiting;
    }

    @Override
    public long now() {
        return now;
    }

    @Override
    public boolean inLoop() {
        return true;
    }

    /** Runs tasks until none is left. Fails when they never end. */
    void run() {
        for (int i = 0; !tasks.isEmpty(); i++) {
            if (i > 1_000_000) {
                throw new AssertionError("the loop never comes to rest");
            }
            tasks.remove().run();
        }
    }

    /** Lets time pass, running timers as they come due, and all tasks. */
    void pass(long nanos) {
        long end = now + nanos;
        run();
        while (!timers.isEmpty() && timers.peek().at <= end) {
            Waiting due = timers.remove();
            if (due.cancelled) {
                continue;
            }
            now = Math.max(now, due.at);
            due.task.run();
            run();
        }
        now = end;
    }
}

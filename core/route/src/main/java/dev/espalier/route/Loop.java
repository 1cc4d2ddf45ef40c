package dev.espalier.route;

import java.util.concurrent.Executor;

/**
 * A thread that runs tasks one after the other, with a clock and timers: the only way in which protocol code meets time and
 * concurrency. Behind it stands a platform thread, Netty's event loop, or the simulator with a clock of its own.
 *
 * <p>Whatever state a loop owns is touched by tasks of that loop only; others hand it messages with {@link #execute}.
 */
public interface Loop extends Executor {

    /** Runs the task on this loop, after those already waiting. Any thread. Never blocks; the task must not block either. */
    @Override
    void execute(Runnable task);

    /**
     * Runs the task on this loop before those already waiting, but after others that were given so: for what is short and for which
     * somebody waits, such as the kernel's answers and questions of people. While a table loads, tenths of a second of work wait. Nothing
     * may depend on the order between such a task and the others. A loop that never has much to do need not tell them apart.
     */
    default void executeAhead(Runnable task) {
        execute(task);
    }

    /**
     * Runs the task on this loop after a delay.
     *
     * @param delayNanos how long from now, in nanoseconds; 0 or less means as soon as possible
     * @return what cancels it; a cancelled task does not run, also when it was already due
     */
    Timer schedule(long delayNanos, Runnable task);

    /** This loop's clock: nanoseconds since an arbitrary moment, never going back. Any thread. */
    long now();

    /** Whether the calling thread is this loop's. */
    boolean inLoop();

    /** A task that waits for its time. */
    interface Timer {
        /** Forgets the task; does nothing when it has run. On the loop's thread only. */
        void cancel();
    }
}

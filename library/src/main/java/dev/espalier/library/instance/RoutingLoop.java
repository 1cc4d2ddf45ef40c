package dev.espalier.library.instance;

import dev.espalier.route.Event;
import dev.espalier.route.EventSink;
import dev.espalier.route.Loop;
import dev.espalier.route.TimerQueue;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The loop that owns the tables of one routing instance: a platform thread that runs tasks in the order in which they came, and
 * timers when they are due.
 *
 * <p>Tasks wait in a queue without locks; the thread parks when there is none. {@code asleep} is set before the queue is looked
 * at for the last time and cleared by whoever wakes the thread, so no task can be missed and no wake-up is paid for while the
 * thread is busy.
 *
 * <p>A task that throws ends neither the loop nor the daemon: that is an error of ours, told as an event, and the next task
 * runs.
 */
public final class RoutingLoop implements Loop, AutoCloseable {

    /** For how long tasks run, in nanoseconds, before timers are looked at again, so that neither starves the other. */
    private static final long ROUND_NANOS = 1_000_000;

    private final String instance;
    private final EventSink events;
    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Runnable> ahead = new ConcurrentLinkedQueue<>();
    private final TimerQueue timers = new TimerQueue();
    private final Thread thread;
    private volatile boolean asleep;
    private volatile boolean closed;

    /**
     * Starts the thread of an instance.
     *
     * @param instance its name, which the thread bears
     * @param events hears of tasks that failed
     */
    public RoutingLoop(String instance, EventSink events) {
        this.instance = instance;
        this.events = events;
        this.thread =
                Thread.ofPlatform().name("routing-" + instance).daemon(true).unstarted(this::run);
        thread.start();
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        wake();
    }

    @Override
    public void executeAhead(Runnable task) {
        ahead.add(task);
        wake();
    }

    private void wake() {
        if (asleep) {
            asleep = false;
            LockSupport.unpark(thread);
        }
    }

    @Override
    public Timer schedule(long delayNanos, Runnable task) {
        return timers.schedule(this, delayNanos, task);
    }

    @Override
    public long now() {
        return System.nanoTime();
    }

    @Override
    public boolean inLoop() {
        return Thread.currentThread() == thread;
    }

    /** Whether it gets to a task given now before so much time is over. Blocks the caller, who must not be on the loop. */
    public boolean turnsWithin(Duration limit) {
        CountDownLatch reached = new CountDownLatch(1);
        execute(reached::countDown);
        try {
            return reached.await(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Ends the thread after the task at hand. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }

    /** Waits until the thread has ended, but not longer than this. Not to be called on it. */
    public void awaitEnd(Duration limit) {
        try {
            thread.join(limit);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (!closed) {
            long end = now() + ROUND_NANOS;
            Runnable task = next();
            while (task != null) {
                run(task);
                task = now() < end ? next() : null;
            }
            timers.runDue(now(), this::run);
            if (nothingWaits()) {
                sleep();
            }
        }
    }

    private boolean nothingWaits() {
        return ahead.isEmpty() && tasks.isEmpty();
    }

    private @Nullable Runnable next() {
        Runnable first = ahead.poll();
        return first != null ? first : tasks.poll();
    }

    private void sleep() {
        asleep = true;
        if (nothingWaits() && !closed) {
            long nanos = timers.untilNext(now());
            if (nanos == Long.MAX_VALUE) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, Math.max(1, nanos));
            }
        }
        asleep = false;
    }

    @SuppressWarnings("CatchAndPrintStackTrace") // not printed: told as an event, with the place it came from
    private void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | StackOverflowError | AssertionError bug) {
            events.accept(Event.taskFailed(instance, "routing loop", bug));
        }
    }
}

package dev.espalier.routing;

import dev.espalier.route.EventSink;
import dev.espalier.route.Fib;
import dev.espalier.route.Loop;
import dev.espalier.route.RoutingInstance;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Reads back what the kernel holds of ours: at the start, and again when something may have been lost.
 *
 * <p>What is read must not be confused with changes under way. So a reading begins only when no batch is in flight, and none
 * is sent until its result has been taken over; what changes meanwhile waits in the queues of {@link FibSync} and is compared
 * afterwards. A loss that is told during a reading causes another one.
 *
 * <p>A loss usually comes with a dead link, and then the failover must go out first: reading waits until the queues are empty,
 * but not longer than {@link #PATIENCE}.
 */
final class KernelReader implements Fib.LossObserver {

    /** Losses come in swarms, and with changes of links that are to be dealt with first. */
    private static final long SETTLE = 100_000_000L;

    /** How long a full queue may put a reading off. */
    private static final long PATIENCE = 1_000_000_000L;

    /** When to try again after the kernel refused to be read. */
    private static final long RETRY = 5_000_000_000L;

    private final RoutingInstance instance;
    private final Loop loop;
    private final Executor blocking;
    private final Fib fib;
    private final FibSync sync;
    private final KernelContents contents;
    private final EventSink events;

    private State state = State.CONTENT;
    private boolean lostWhileReading;
    private Loop.@Nullable Timer timer;

    private enum State {
        /** What is believed is what the kernel said. */
        CONTENT,
        /** Something was lost; the dust settles. */
        SETTLING,
        /** To be read as soon as nothing waits to be sent. */
        DUE,
        /** To be read as soon as nothing is in flight; nothing more is sent. */
        PRESSING,
        /** Being read. */
        READING
    }

    KernelReader(
            RoutingInstance instance,
            Loop loop,
            Executor blocking,
            Fib fib,
            FibSync sync,
            KernelContents contents,
            EventSink events) {
        this.instance = instance;
        this.loop = loop;
        this.blocking = blocking;
        this.fib = fib;
        this.sync = sync;
        this.contents = contents;
        this.events = events;
    }

    /** Reads for the first time, on the calling thread, and takes all that is found for stale. */
    void adopt() {
        fib.watch(loop, this); // first, lest something is lost in between
        FibReading reading = new FibReading(contents.groups());
        fib.read(instance, reading);
        contents.replaceAll(reading, true);
    }

    @Override
    public void lost(String why) {
        switch (state) {
            case CONTENT -> {
                events.info("fib.lost", instance, instance, "the kernel's table is read again: " + why);
                settle(SETTLE);
            }
            case READING -> lostWhileReading = true;
            case SETTLING, DUE, PRESSING -> {
                // a reading is to come anyway
            }
        }
    }

    private void settle(long delay) {
        state = State.SETTLING;
        timer = loop.schedule(delay, () -> {
            state = State.DUE;
            timer = loop.schedule(PATIENCE, this::press);
            proceed();
        });
    }

    private void press() {
        if (state == State.DUE) {
            state = State.PRESSING;
            sync.halt();
            proceed();
        }
    }

    /** Begins to read if it is time; to be called whenever the kernel has answered. */
    void proceed() {
        boolean time =
                switch (state) {
                    case CONTENT, SETTLING, READING -> false;
                    case DUE -> sync.isIdle();
                    case PRESSING -> sync.nothingInFlight();
                };
        if (time) {
            close();
            state = State.READING;
            sync.halt();
            FibReading reading = new FibReading(contents.groups());
            blocking.execute(() -> read(reading));
        }
    }

    private void read(FibReading reading) {
        try {
            fib.read(instance, reading);
            loop.execute(() -> taken(reading));
        } catch (
                RuntimeException
                        refused) { // the task's top level: whatever it is, the loop must hear or would wait for ever
            loop.execute(() -> refused(refused));
        }
    }

    private void taken(FibReading reading) {
        contents.replaceAll(reading, false);
        resume(lostWhileReading ? SETTLE : 0);
    }

    private void refused(RuntimeException refusal) {
        events.error(
                "fib.unreadable",
                instance,
                instance,
                "what the kernel holds is not known for certain: " + refusal.getMessage()
                        + "; it is read again in 5 s");
        resume(RETRY);
    }

    private void resume(long readAgainIn) {
        lostWhileReading = false;
        state = State.CONTENT;
        if (readAgainIn > 0) {
            settle(readAgainIn);
        }
        sync.resume();
    }

    void close() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }
}

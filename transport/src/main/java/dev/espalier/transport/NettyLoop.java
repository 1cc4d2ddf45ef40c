package dev.espalier.transport;

import dev.espalier.route.EventSink;
import dev.espalier.route.Loop;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/** A {@link Loop} on one of Netty's event loops. */
final class NettyLoop implements Loop {

    private final EventLoop eventLoop;
    private final Faults faults;

    NettyLoop(EventLoop eventLoop, EventSink events) {
        this.eventLoop = eventLoop;
        this.faults = new Faults(events);
    }

    EventLoop eventLoop() {
        return eventLoop;
    }

    @Override
    public void execute(Runnable task) {
        try {
            eventLoop.execute(() -> faults.guard("a task of an I/O loop", task));
        } catch (RejectedExecutionException ended) {
            // The transport was closed, and all that lived on this loop with it: nobody is left whom the task could
            // serve.
        }
    }

    @Override
    public Timer schedule(long delayNanos, Runnable task) {
        try {
            ScheduledFuture<?> pending = eventLoop.schedule(
                    () -> faults.guard("a timer of an I/O loop", task), Math.max(0, delayNanos), TimeUnit.NANOSECONDS);
            return () -> pending.cancel(false);
        } catch (RejectedExecutionException ended) {
            return () -> {}; // as above
        }
    }

    @Override
    public long now() {
        return System.nanoTime();
    }

    @Override
    public boolean inLoop() {
        return eventLoop.inEventLoop();
    }

    @Override
    public String toString() {
        return eventLoop.toString();
    }
}

package dev.espalier.linux;

import dev.espalier.route.Loop;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A loop of one thread, without timers: nothing in this module asks for any. */
final class TestLoop implements Loop, AutoCloseable {

    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("test-loop").factory());

    @Override
    public void execute(Runnable task) {
        thread.execute(task);
    }

    @Override
    public Timer schedule(long delayNanos, Runnable task) {
        throw new UnsupportedOperationException("this loop has no timers");
    }

    @Override
    public long now() {
        return System.nanoTime();
    }

    @Override
    public boolean inLoop() {
        return Thread.currentThread().getName().equals("test-loop");
    }

    @Override
    public void close() {
        thread.shutdown();
    }
}

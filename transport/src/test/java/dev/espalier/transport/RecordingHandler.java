package dev.espalier.transport;

import dev.espalier.route.Transport.Connection;
import dev.espalier.route.Transport.ConnectionHandler;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** Writes down what a connection does, and lets a test wait for it. */
class RecordingHandler implements ConnectionHandler {

    /** Stands for "no reason", which a future cannot tell from "not yet". */
    static final String ORDERLY = "(orderly)";

    final CompletableFuture<Connection> opened = new CompletableFuture<>();
    final CompletableFuture<String> closed = new CompletableFuture<>();
    final AtomicInteger closings = new AtomicInteger();
    final CountDownLatch writable = new CountDownLatch(1);
    private final ByteArrayOutputStream octets = new ByteArrayOutputStream();

    @Override
    public void opened(Connection connection) {
        opened.complete(connection);
    }

    @Override
    public void received(Connection connection, ByteBuffer arrived) {
        byte[] copy = new byte[arrived.remaining()];
        arrived.get(copy);
        synchronized (octets) {
            octets.writeBytes(copy);
            octets.notifyAll();
        }
    }

    @Override
    public void writable(Connection connection) {
        writable.countDown();
    }

    @Override
    public void closed(String reason) {
        closings.incrementAndGet();
        closed.complete(reason == null ? ORDERLY : reason);
    }

    Connection connection() throws Exception {
        return soon(opened);
    }

    String reason() throws Exception {
        return soon(closed);
    }

    boolean opensWithin(Duration time) throws Exception {
        try {
            opened.get(time.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException notYet) {
            return false;
        }
    }

    byte[] octets(int count) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        synchronized (octets) {
            while (octets.size() < count && System.nanoTime() < deadline) {
                octets.wait(100);
            }
            return octets.toByteArray();
        }
    }

    int received() {
        synchronized (octets) {
            return octets.size();
        }
    }

    private static <T> T soon(CompletableFuture<T> future) throws InterruptedException, ExecutionException {
        try {
            return future.get(15, TimeUnit.SECONDS);
        } catch (TimeoutException late) {
            throw new AssertionError("nothing happened within 15 s", late);
        }
    }
}

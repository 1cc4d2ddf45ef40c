package dev.espalier.transport;

import dev.espalier.net.IpAddress;
import dev.espalier.route.Event;
import dev.espalier.route.Loop;
import dev.espalier.route.Secret;
import dev.espalier.route.Transport.Acceptance;
import dev.espalier.route.Transport.ConnectOptions;
import dev.espalier.route.Transport.ListenOptions;
import dev.espalier.route.Transport.Listener;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A transport with a listener whose accepted connections are written down. */
abstract class TransportFixture {

    static final int TTL = 64;

    final List<Event> events = new CopyOnWriteArrayList<>();
    final BlockingQueue<RecordingHandler> accepted = new LinkedBlockingQueue<>();
    NettyTransport transport;

    @BeforeEach
    void start() {
        transport = new NettyTransport(2, events::add);
    }

    @AfterEach
    void stop() {
        transport.close();
    }

    Listener listen(String address) {
        return listen(address, TTL, 0);
    }

    Listener listen(String address, int ttl, int minimumTtl) {
        return transport.listen(new ListenOptions(IpAddress.parse(address), 0, null), (remote, local) -> {
            RecordingHandler handler = new RecordingHandler();
            accepted.add(handler);
            return new Acceptance(transport.loop(), handler, ttl, minimumTtl);
        });
    }

    RecordingHandler accepted() throws InterruptedException {
        RecordingHandler handler = accepted.poll(15, TimeUnit.SECONDS);
        if (handler == null) {
            throw new AssertionError("nobody was accepted within 15 s");
        }
        return handler;
    }

    RecordingHandler connect(String address, int port) {
        return connect(options(address, port));
    }

    RecordingHandler connect(ConnectOptions options) {
        RecordingHandler handler = new RecordingHandler();
        transport.connect(options, transport.loop(), handler);
        return handler;
    }

    static ConnectOptions options(String address, int port) {
        return new ConnectOptions(IpAddress.parse(address), port, null, null, null, TTL, 0);
    }

    static ConnectOptions withPassword(String address, int port, String source, String password) {
        return new ConnectOptions(
                IpAddress.parse(address),
                port,
                IpAddress.parse(source),
                null,
                password == null ? null : Secret.of(password),
                TTL,
                0);
    }

    /** Runs a task on the only kind of thread that may use a connection, and waits for it. */
    void on(Loop loop, Runnable task) throws Exception {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                task.run();
                done.complete(null);
            } catch (RuntimeException | AssertionError failure) {
                done.completeExceptionally(failure);
            }
        });
        done.get(15, TimeUnit.SECONDS);
    }
}

package dev.espalier.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.net.IpAddress;
import dev.espalier.route.Datagrams;
import dev.espalier.route.Event;
import dev.espalier.route.Transport.TransportException;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Datagrams over the loopback device, and once over a cable between two links of one namespace. */
class DatagramLoopTest {

    private static final IpAddress HERE = IpAddress.parse("127.0.0.1");

    private final List<Event> events = new CopyOnWriteArrayList<>();
    private final DatagramLoop loop = new DatagramLoop("test", events::add, NetworkNamespace.current());
    private final BlockingQueue<Seen> seen = new LinkedBlockingQueue<>();

    private record Seen(IpAddress source, IpAddress destination, int link, int ttl, int octets) {}

    @AfterEach
    void close() {
        loop.close();
    }

    @Test
    void aDatagramComesWithItsTtlDestinationAndLink() throws Exception {
        int port = freePort();
        on(loop, () -> loop.open(new Datagrams.Options(IpAddress.parse("0.0.0.0"), port, 255), this::note));
        Datagrams.Socket far = on(loop, () -> loop.open(new Datagrams.Options(HERE, freePort(), 255), null));
        Datagrams.Socket near = on(loop, () -> loop.open(new Datagrams.Options(HERE, freePort(), 3), null));
        on(loop, () -> send(far, IpAddress.parse("127.0.0.9"), port, 24));
        on(loop, () -> send(near, HERE, port, 1));
        assertThat(next()).isEqualTo(new Seen(HERE, IpAddress.parse("127.0.0.9"), 1, 255, 24));
        assertThat(next()).isEqualTo(new Seen(HERE, HERE, 1, 3, 1));
    }

    @Test
    @Timeout(20)
    void aThreadThatIsStuckDoesNotHoldUpTheEnd() throws InterruptedException {
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch reached = new CountDownLatch(1);
        loop.execute(() -> {
            reached.countDown();
            try {
                stuck.await();
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
        });
        reached.await();
        loop.close(); // and not later than the timeout of this test
        stuck.countDown();
    }

    @Test
    void aPortThatAnotherProgramHasIsNamed() {
        int port = freePort();
        on(loop, () -> loop.open(new Datagrams.Options(HERE, port, 255), this::note));
        assertThatThrownBy(() -> on(loop, () -> loop.open(new Datagrams.Options(HERE, port, 255), this::note)))
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(TransportException.class)
                .hasMessageContaining("127.0.0.1 UDP port " + port)
                .hasMessageContaining("another program has it")
                .hasMessageContaining("EADDRINUSE");
    }

    @Test
    void aPortIsFreeAgainWhenItsSocketIsClosed() {
        int port = freePort();
        Datagrams.Socket first = on(loop, () -> loop.open(new Datagrams.Options(HERE, port, 255), this::note));
        on(loop, () -> {
            first.close();
            return first;
        });
        assertThat(on(loop, () -> loop.open(new Datagrams.Options(HERE, port, 255), this::note)))
                .isNotNull();
    }

    @Test
    void afterAStandstillWhatHasArrivedIsReadBeforeATimerJudgesTheSilence() throws Exception {
        int port = freePort();
        List<String> order = new CopyOnWriteArrayList<>();
        CompletableFuture<Void> done = new CompletableFuture<>();
        on(loop, () -> loop.open(new Datagrams.Options(HERE, port, 255), datagram -> order.add("datagram")));
        CompletableFuture<Void> stuck = new CompletableFuture<>();
        CompletableFuture<Void> sent = new CompletableFuture<>();
        loop.execute(() -> {
            loop.schedule(TimeUnit.MILLISECONDS.toNanos(5), () -> {
                order.add("timer");
                done.complete(null);
            });
            long due = loop.now() + TimeUnit.MILLISECONDS.toNanos(5);
            stuck.complete(null);
            sent.join();
            while (loop.now() < due) {
                Thread.onSpinWait();
            }
        });
        stuck.get(5, TimeUnit.SECONDS);
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.send(new DatagramPacket(new byte[24], 24, InetAddress.getLoopbackAddress(), port));
        }
        sent.complete(null);
        done.get(5, TimeUnit.SECONDS);
        assertThat(order).containsExactly("datagram", "timer");
    }

    @Test
    void aTaskThatFailsIsToldAndTheNextOneRuns() {
        loop.execute(() -> {
            throw new IllegalStateException("on purpose");
        });
        assertThat(on(loop, () -> "alive")).isEqualTo("alive");
        assertThat(events).singleElement().satisfies(event -> assertThat(event.message())
                .contains("on purpose"));
    }

    @Test
    void aTimerThatIsCancelledDoesNotRun() throws Exception {
        List<String> ran = new CopyOnWriteArrayList<>();
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.execute(() -> {
            var timer = loop.schedule(0, () -> ran.add("cancelled"));
            loop.schedule(0, () -> ran.add("first"));
            loop.schedule(1, () -> done.complete(null));
            timer.cancel();
        });
        done.get(5, TimeUnit.SECONDS);
        assertThat(ran).containsExactly("first");
    }

    @Test
    @Tag("netns")
    void aLinkLocalAddressIsReachedOverTheLinkThatIsNamed() throws Exception {
        try (TestNamespace namespace = new TestNamespace();
                TestNamespace peer = new TestNamespace()) {
            namespace.ip("link add e0 type veth peer name e0 netns " + peer.name());
            namespace.ip("addr add fe80::1/64 dev e0 nodad");
            peer.ip("addr add fe80::2/64 dev e0 nodad");
            namespace.ip("link set e0 up");
            peer.ip("link set e0 up");
            TestNamespace.await("carrier", () -> peer.ip("link show e0").contains("state UP"));
            try (DatagramLoop here = new DatagramLoop("here", events::add, namespace.namespace());
                    DatagramLoop there = new DatagramLoop("there", events::add, peer.namespace())) {
                IpAddress any = IpAddress.parse("::");
                on(there, () -> there.open(new Datagrams.Options(any, 3784, 255), this::note));
                Datagrams.Socket socket = on(here, () -> here.open(new Datagrams.Options(any, 50_000, 255), null));
                on(here, () -> {
                    socket.send(IpAddress.parse("fe80::2"), 3784, namespace.linkIndex("e0"), new byte[24]);
                    return socket;
                });
                assertThat(next())
                        .isEqualTo(new Seen(
                                IpAddress.parse("fe80::1"), IpAddress.parse("fe80::2"), peer.linkIndex("e0"), 255, 24));
            }
        }
    }

    // ---- words

    private void note(Datagrams.Datagram datagram) {
        seen.add(new Seen(
                datagram.source(),
                datagram.destination(),
                datagram.link(),
                datagram.ttl(),
                datagram.octets().remaining()));
    }

    private Seen next() throws InterruptedException {
        Seen next = seen.poll(5, TimeUnit.SECONDS);
        assertThat(next).as("a datagram").isNotNull();
        return next;
    }

    private static Datagrams.Socket send(Datagrams.Socket socket, IpAddress to, int port, int octets) {
        socket.send(to, port, 0, new byte[octets]);
        return socket;
    }

    private static <T> T on(DatagramLoop loop, Supplier<T> body) {
        return CompletableFuture.supplyAsync(body, loop)
                .orTimeout(5, TimeUnit.SECONDS)
                .join();
    }

    private static int freePort() {
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
    }
}

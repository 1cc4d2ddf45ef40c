package dev.espalier.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.net.IpAddress;
import dev.espalier.route.Loop;
import dev.espalier.route.Transport.Acceptance;
import dev.espalier.route.Transport.ConnectOptions;
import dev.espalier.route.Transport.Connection;
import dev.espalier.route.Transport.ListenOptions;
import dev.espalier.route.Transport.Listener;
import dev.espalier.route.Transport.TransportException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Real sockets on the loopback device, against ourselves and against plain JDK sockets. */
class NettyTransportTest extends TransportFixture {

    private Loop loop() {
        return transport.loop();
    }

    /** A handler together with the loop on which its connection lives. */
    private record Placed(Loop loop, RecordingHandler handler) {}

    private Placed connectTo(int port) {
        Loop home = loop();
        RecordingHandler handler = new RecordingHandler();
        transport.connect(options("127.0.0.1", port), home, handler);
        return new Placed(home, handler);
    }

    @Test
    void octetsGoBothWays() throws Exception {
        try (Listener listener = listen("127.0.0.1")) {
            Placed client = connectTo(listener.port());
            Connection here = client.handler().connection();
            RecordingHandler server = accepted();
            on(client.loop(), () -> here.write("hello".getBytes(StandardCharsets.US_ASCII)));
            assertThat(new String(server.octets(5), StandardCharsets.US_ASCII)).isEqualTo("hello");
            assertThat(here.remote().port()).isEqualTo(listener.port());
            assertThat(server.connection().remote()).isEqualTo(here.local());
            assertThat(server.connection().local()).isEqualTo(here.remote());
        }
    }

    @Test
    void manySmallWritesArriveInOrder() throws Exception {
        try (Listener listener = listen("127.0.0.1")) {
            Placed client = connectTo(listener.port());
            Connection here = client.handler().connection();
            RecordingHandler server = accepted();
            int count = 200_000;
            for (int part = 0; part < 10; part++) {
                int from = part * count / 10;
                on(client.loop(), () -> {
                    for (int i = from; i < from + count / 10; i++) {
                        here.write(ByteBuffer.allocate(4).putInt(i).array());
                    }
                });
            }
            ByteBuffer got = ByteBuffer.wrap(server.octets(4 * count));
            assertThat(got.remaining()).isEqualTo(4 * count);
            for (int i = 0; i < count; i++) {
                assertThat(got.getInt()).isEqualTo(i);
            }
            CompletableFuture<Integer> pending = new CompletableFuture<>();
            on(client.loop(), () -> pending.complete(here.pendingOctets()));
            assertThat(pending.get()).isZero();
        }
    }

    @Test
    void whatTheHandlerLeavesComesAgainBeforeWhatIsNew() throws Exception {
        List<String> shown = new ArrayList<>();
        CountDownLatch whole = new CountDownLatch(1);
        RecordingHandler lineReader = new RecordingHandler() {
            @Override
            public void received(Connection connection, ByteBuffer arrived) {
                shown.add(StandardCharsets.US_ASCII.decode(arrived.duplicate()).toString());
                if (arrived.remaining() == 6) {
                    arrived.position(4); // consumes "abcd", leaves the rest
                } else if (arrived.remaining() == 5) {
                    arrived.position(arrived.limit());
                    whole.countDown();
                }
            }
        };
        try (Listener listener = transport.listen(
                        new ListenOptions(IpAddress.parse("127.0.0.1"), 0, null),
                        (remote, local) -> new Acceptance(loop(), lineReader, TTL, 0));
                Socket peer = new Socket(InetAddress.getLoopbackAddress(), listener.port())) {
            peer.setTcpNoDelay(true);
            for (String part : List.of("abc", "def", "ghi")) {
                int before = shown.size();
                peer.getOutputStream().write(part.getBytes(StandardCharsets.US_ASCII));
                while (shown.size() == before) {
                    Thread.sleep(1);
                }
            }
            assertThat(whole.await(5, TimeUnit.SECONDS)).isTrue();
            assertThat(shown).containsExactly("abc", "abcdef", "efghi");
        }
    }

    @Test
    void resumingShowsWhatWasLeftAlthoughNothingNewArrives() throws Exception {
        AtomicInteger times = new AtomicInteger();
        CountDownLatch paused = new CountDownLatch(1);
        CountDownLatch again = new CountDownLatch(1);
        RecordingHandler stopper = new RecordingHandler() {
            @Override
            public void received(Connection connection, ByteBuffer arrived) {
                if (times.incrementAndGet() == 1) {
                    connection.reading(false);
                    paused.countDown();
                } else {
                    arrived.position(arrived.limit());
                    again.countDown();
                }
            }
        };
        Loop home = loop();
        try (Listener listener = transport.listen(
                        new ListenOptions(IpAddress.parse("127.0.0.1"), 0, null),
                        (remote, local) -> new Acceptance(home, stopper, TTL, 0));
                Socket peer = new Socket(InetAddress.getLoopbackAddress(), listener.port())) {
            peer.getOutputStream().write(new byte[10]);
            assertThat(paused.await(5, TimeUnit.SECONDS)).isTrue();
            assertThat(again.await(100, TimeUnit.MILLISECONDS)).isFalse();
            Connection connection = stopper.connection();
            on(home, () -> connection.reading(true));
            assertThat(again.await(5, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aHundredMegabytesEchoToASlowReaderWithLittleMemory() throws Exception {
        RecordingHandler echo = new RecordingHandler() {
            @Override
            public void received(Connection connection, ByteBuffer arrived) {
                byte[] copy = new byte[arrived.remaining()];
                arrived.get(copy);
                connection.write(copy);
                if (!connection.writable()) {
                    connection.reading(false);
                }
            }

            @Override
            public void writable(Connection connection) {
                connection.reading(true);
            }
        };
        long total = 100L << 20;
        long before = directMemory();
        try (Listener listener = transport.listen(
                        new ListenOptions(IpAddress.parse("127.0.0.1"), 0, null),
                        (remote, local) -> new Acceptance(loop(), echo, TTL, 0));
                Socket peer = new Socket(InetAddress.getLoopbackAddress(), listener.port())) {
            Thread writer = Thread.ofVirtual().start(() -> writeCounting(peer, total));
            long read = 0;
            long most = 0;
            byte[] buffer = new byte[256 * 1024];
            InputStream in = peer.getInputStream();
            while (read < total) {
                int count = in.read(buffer);
                assertThat(count).isPositive();
                for (int i = 0; i < count; i++) {
                    if (buffer[i] != (byte) ((read + i) * 31)) {
                        throw new AssertionError("octet " + (read + i) + " is wrong");
                    }
                }
                read += count;
                most = Math.max(most, directMemory() - before);
                if (read % 7 == 0) {
                    Thread.sleep(1);
                }
            }
            writer.join();
            assertThat(most).as("direct memory").isLessThan(8L << 20);
        }
    }

    private static void writeCounting(Socket peer, long total) {
        try {
            OutputStream out = peer.getOutputStream();
            byte[] part = new byte[64 * 1024];
            for (long at = 0; at < total; at += part.length) {
                for (int i = 0; i < part.length; i++) {
                    part[i] = (byte) ((at + i) * 31);
                }
                out.write(part);
            }
        } catch (java.io.IOException broken) {
            throw new java.io.UncheckedIOException(broken);
        }
    }

    private static long directMemory() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                        .filter(pool -> pool.getName().equals("direct"))
                        .mapToLong(BufferPoolMXBean::getMemoryUsed)
                        .sum()
                + Math.max(0, io.netty.util.internal.PlatformDependent.usedDirectMemory());
    }

    @Test
    void aPeerThatDoesNotReadMakesTheConnectionUnwritableUntilItDoes() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Placed client = connectTo(server.getLocalPort());
            Connection here = client.handler().connection();
            try (Socket peer = server.accept()) {
                byte[] message = new byte[64 * 1024];
                CompletableFuture<Integer> written = new CompletableFuture<>();
                AtomicInteger count = new AtomicInteger();
                Runnable fill = new Runnable() {
                    @Override
                    public void run() {
                        if (!here.writable()) {
                            written.complete(count.get());
                            return;
                        }
                        here.write(message);
                        count.incrementAndGet();
                        client.loop().execute(this);
                    }
                };
                client.loop().execute(fill);
                int messages = written.get(15, TimeUnit.SECONDS);
                CompletableFuture<Integer> pending = new CompletableFuture<>();
                on(client.loop(), () -> pending.complete(here.pendingOctets()));
                assertThat(pending.get()).isBetween(1, Outbox.HIGH + message.length);
                assertThat(client.handler().writable.getCount()).isEqualTo(1);
                peer.getInputStream().skipNBytes((long) messages * message.length);
                assertThat(client.handler().writable.await(5, TimeUnit.SECONDS)).isTrue();
                on(client.loop(), () -> assertThat(here.writable()).isTrue());
            }
        }
    }

    @Test
    void aPeerWhoseReadingWeStoppedWaits() throws Exception {
        Loop home = loop();
        RecordingHandler server = new RecordingHandler() {
            @Override
            public void opened(Connection connection) {
                connection.reading(false);
                super.opened(connection);
            }
        };
        try (Listener listener = transport.listen(
                        new ListenOptions(IpAddress.parse("127.0.0.1"), 0, null),
                        (remote, local) -> new Acceptance(home, server, TTL, 0));
                Socket peer = new Socket(InetAddress.getLoopbackAddress(), listener.port())) {
            peer.getOutputStream().write(new byte[1000]);
            Connection connection = server.connection();
            Thread.sleep(200);
            assertThat(server.received()).isZero();
            on(home, () -> connection.reading(true));
            assertThat(server.octets(1000)).hasSize(1000);
        }
    }

    @Test
    void aLastMessageArrivesAlthoughThePeerIsStillSending() throws Exception {
        byte[] notification = new byte[21];
        Arrays.fill(notification, (byte) 0xFF);
        for (int round = 0; round < 20; round++) {
            Loop home = loop();
            RecordingHandler server = new RecordingHandler() {
                @Override
                public void received(Connection connection, ByteBuffer arrived) {
                    connection.write(notification);
                    connection.close();
                }
            };
            try (Listener listener = transport.listen(
                            new ListenOptions(IpAddress.parse("127.0.0.1"), 0, null),
                            (remote, local) -> new Acceptance(home, server, TTL, 0));
                    Socket peer = new Socket(InetAddress.getLoopbackAddress(), listener.port())) {
                peer.setSoTimeout(5000);
                Thread flood = Thread.ofVirtual().start(() -> flood(peer));
                Thread.sleep(20); // the peer reads late, when a reset could long have thrown the message away
                assertThat(peer.getInputStream().readAllBytes()).isEqualTo(notification);
                assertThat(flood.isAlive()).as("no reset has reached the peer").isTrue();
                peer.shutdownOutput();
                flood.join();
                assertThat(server.reason()).isEqualTo(RecordingHandler.ORDERLY);
            }
        }
    }

    private static void flood(Socket peer) {
        try {
            byte[] update = new byte[4096];
            for (int i = 0; i < 200_000; i++) {
                peer.getOutputStream().write(update);
            }
        } catch (java.io.IOException closed) {
            return; // that is how the test ends it
        }
    }

    @Test
    void closingGivesUpAfterASecondWhenThePeerReadsNothing() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            server.setReceiveBufferSize(4096);
            Placed client = connectTo(server.getLocalPort());
            Connection here = client.handler().connection();
            try (Socket peer = server.accept()) {
                assertThat(peer.isConnected()).isTrue();
                long start = System.nanoTime();
                on(client.loop(), () -> {
                    here.write(new byte[20 << 20]);
                    here.close();
                });
                assertThat(client.handler().reason())
                        .contains("did not take the last")
                        .contains("127.0.0.1 port");
                assertThat(System.nanoTime() - start)
                        .isBetween(TimeUnit.MILLISECONDS.toNanos(900), TimeUnit.MILLISECONDS.toNanos(3000));
            }
        }
    }

    @Test
    void abortResetsThePeer() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Placed client = connectTo(server.getLocalPort());
            Connection here = client.handler().connection();
            try (Socket peer = server.accept()) {
                on(client.loop(), here::abort);
                assertThatThrownBy(() -> peer.getInputStream().read())
                        .isInstanceOf(SocketException.class)
                        .hasMessageContaining("reset");
                assertThat(client.handler().reason()).isEqualTo("reset by this side");
            }
        }
    }

    @Test
    void theReasonsOfTheEndAreSentences() throws Exception {
        int unused;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            unused = free.getLocalPort();
        }
        assertThat(connectTo(unused).handler().reason()).isEqualTo("the connection was refused");
        assertThat(connect(new ConnectOptions(
                                IpAddress.parse("127.0.0.1"), 1, IpAddress.parse("192.0.2.77"), null, null, TTL, 0))
                        .reason())
                .isEqualTo("cannot connect from 192.0.2.77: no link of this host has that address");
        assertThat(connect(new ConnectOptions(IpAddress.parse("127.0.0.1"), 1, null, "esp-nolink", null, TTL, 0))
                        .reason())
                .isEqualTo("there is no link named 'esp-nolink' here");
        assertThat(connect(new ConnectOptions(IpAddress.parse("fe80::1"), 1, null, null, null, TTL, 0))
                        .reason())
                .contains("needs the name of the link");
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Placed orderly = connectTo(server.getLocalPort());
            server.accept().close();
            assertThat(orderly.handler().reason()).isEqualTo(RecordingHandler.ORDERLY);
            Placed reset = connectTo(server.getLocalPort());
            reset.handler().connection();
            Socket peer = server.accept();
            peer.setSoLinger(true, 0);
            peer.close();
            assertThat(reset.handler().reason()).isEqualTo("reset by 127.0.0.1 port " + server.getLocalPort());
            Thread.sleep(50);
            assertThat(reset.handler().closings).hasValue(1);
            assertThat(orderly.handler().closings).hasValue(1);
        }
    }

    @Test
    void whyAListenerCannotBeIsASentence() {
        try (Listener first = listen("127.0.0.1")) {
            assertThatThrownBy(() -> transport.listen(
                            new ListenOptions(IpAddress.parse("127.0.0.1"), first.port(), null), (r, l) -> null))
                    .isInstanceOf(TransportException.class)
                    .hasMessage("cannot listen on 127.0.0.1 port " + first.port()
                            + ": another program has it (Address already in use)");
        }
        assertThatThrownBy(() ->
                        transport.listen(new ListenOptions(IpAddress.parse("192.0.2.77"), 0, null), (r, l) -> null))
                .isInstanceOf(TransportException.class)
                .hasMessage("cannot listen on 192.0.2.77 port 0: no link of this host has that address"
                        + " (Cannot assign requested address)");
        assertThatThrownBy(() -> transport.listen(
                        new ListenOptions(IpAddress.parse("0.0.0.0"), 0, "esp-nolink"), (r, l) -> null))
                .isInstanceOf(TransportException.class)
                .hasMessage("there is no link named 'esp-nolink' here");
    }

    @Test
    void aPortIsFreeAgainWhenItsListenerIsClosed() {
        int port;
        try (Listener first = listen("127.0.0.1")) {
            port = first.port();
        }
        transport
                .listen(new ListenOptions(IpAddress.parse("127.0.0.1"), port, null), (r, l) -> null)
                .close();
    }

    @Test
    void wildcardsOfBothFamiliesShareAPort() throws Exception {
        try (Listener four = listen("0.0.0.0");
                Listener six = transport.listen(
                        new ListenOptions(IpAddress.parse("::"), four.port(), null), (remote, local) -> {
                            RecordingHandler handler = new RecordingHandler();
                            accepted.add(handler);
                            return new Acceptance(loop(), handler, TTL, 0);
                        })) {
            assertThat(six.port()).isEqualTo(four.port());
            connect("::1", six.port()).connection();
            assertThat(accepted().connection().remote().address()).isEqualTo(IpAddress.parse("::1"));
            connect("127.0.0.1", six.port()).connection();
            assertThat(accepted().connection().remote().address()).isEqualTo(IpAddress.parse("127.0.0.1"));
        }
    }

    @Test
    void theSourceAddressIsTheOneAskedFor() throws Exception {
        try (Listener listener = listen("127.0.0.1")) {
            connect(withPassword("127.0.0.1", listener.port(), "127.0.7.9", null))
                    .connection();
            assertThat(accepted().connection().remote().address()).isEqualTo(IpAddress.parse("127.0.7.9"));
        }
    }

    @Test
    void aConnectionThatNobodyWantsIsClosedAtOnce() throws Exception {
        try (Listener listener = transport.listen(
                        new ListenOptions(IpAddress.parse("127.0.0.1"), 0, null), (remote, local) -> null);
                Socket peer = new Socket(InetAddress.getLoopbackAddress(), listener.port())) {
            assertThat(peer.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void acceptedConnectionsLiveOnTheLoopThatTheAcceptorNames() throws Exception {
        for (Loop candidate : List.of(loop(), loop())) {
            CompletableFuture<Boolean> onIt = new CompletableFuture<>();
            RecordingHandler probe = new RecordingHandler() {
                @Override
                public void opened(Connection connection) {
                    onIt.complete(candidate.inLoop());
                }
            };
            try (Listener listener = transport.listen(
                            new ListenOptions(IpAddress.parse("127.0.0.1"), 0, null),
                            (remote, local) -> new Acceptance(candidate, probe, TTL, 0));
                    Socket peer = new Socket(InetAddress.getLoopbackAddress(), listener.port())) {
                assertThat(peer.isConnected()).isTrue();
                assertThat(onIt.get(5, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    @Test
    void aListenerCanBeOpenedFromALoop() throws Exception {
        for (Loop loop : List.of(loop(), loop())) {
            on(loop, () -> listen("127.0.0.1").close());
        }
    }

    @Test
    void aThousandPeersAtTheSameInstantAreAllAccepted() throws Exception {
        int count = 1000;
        try (Listener listener = listen("127.0.0.1")) {
            List<RecordingHandler> clients = new ArrayList<>();
            long start = System.nanoTime();
            for (int i = 0; i < count; i++) {
                clients.add(connect("127.0.0.1", listener.port()));
            }
            for (RecordingHandler client : clients) {
                client.connection();
            }
            for (int i = 0; i < count; i++) {
                accepted().connection();
            }
            // A connection turned away by a short backlog would have come only after a second, with the second SYN.
            assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(5));
        }
    }

    @Test
    void aFaultInAHandlerEndsOnlyItsConnectionAndIsTold() throws Exception {
        RecordingHandler faulty = new RecordingHandler() {
            @Override
            public void received(Connection connection, ByteBuffer arrived) {
                throw new IllegalStateException("made up");
            }
        };
        try (Listener listener = transport.listen(
                        new ListenOptions(IpAddress.parse("127.0.0.1"), 0, null),
                        (remote, local) -> new Acceptance(loop(), faulty, TTL, 0));
                Socket peer = new Socket(InetAddress.getLoopbackAddress(), listener.port())) {
            peer.getOutputStream().write(1);
            assertThat(faulty.reason()).contains("fault in this program");
            assertThat(events).anySatisfy(event -> assertThat(event.message()).contains("made up"));
            try (Socket next = new Socket()) {
                next.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), listener.port()), 1000);
                assertThat(next.isConnected()).isTrue();
            }
        }
    }

    @Test
    void aHandlerThatNeverConsumesIsEndedRatherThanFed() throws Exception {
        RecordingHandler lazy = new RecordingHandler() {
            @Override
            public void received(Connection connection, ByteBuffer arrived) {
                // leaves everything
            }
        };
        try (Listener listener = transport.listen(
                        new ListenOptions(IpAddress.parse("127.0.0.1"), 0, null),
                        (remote, local) -> new Acceptance(loop(), lazy, TTL, 0));
                Socket peer = new Socket(InetAddress.getLoopbackAddress(), listener.port())) {
            flood(peer);
            assertThat(lazy.reason()).contains("unread");
        }
    }

    @Test
    void closingTheTransportSendsWhatWaitsFirst() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Placed client = connectTo(server.getLocalPort());
            Connection here = client.handler().connection();
            try (Socket peer = server.accept()) {
                on(client.loop(), () -> here.write("cease".getBytes(StandardCharsets.US_ASCII)));
                CompletableFuture<byte[]> got = new CompletableFuture<>();
                Thread.ofVirtual().start(() -> {
                    try (peer) {
                        got.complete(peer.getInputStream().readAllBytes());
                    } catch (java.io.IOException broken) {
                        got.completeExceptionally(broken);
                    }
                });
                transport.close();
                assertThat(got.get(5, TimeUnit.SECONDS))
                        .asString(StandardCharsets.US_ASCII)
                        .isEqualTo("cease");
                assertThat(client.handler().reason()).isEqualTo(RecordingHandler.ORDERLY);
            }
        }
    }

    @Test
    void aCancelledTimerDoesNotRunEvenWhenDue() throws Exception {
        Loop home = loop();
        AtomicInteger runs = new AtomicInteger();
        CountDownLatch last = new CountDownLatch(1);
        on(home, () -> {
            Loop.Timer first = home.schedule(0, runs::incrementAndGet);
            long until = home.now() + TimeUnit.MILLISECONDS.toNanos(5);
            while (home.now() < until) {
                Thread.onSpinWait();
            }
            first.cancel();
            home.schedule(TimeUnit.MILLISECONDS.toNanos(20), last::countDown);
        });
        assertThat(last.await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(runs).hasValue(0);
    }
}

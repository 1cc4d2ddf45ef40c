package dev.espalier.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.route.Event;
import dev.espalier.route.Transport.TransportException;
import dev.espalier.transport.client.HttpReply;
import dev.espalier.transport.client.UnixHttpClient;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server on real sockets, asked by our own client, by curl, and by hand. */
class HttpServerTest {

    private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rw-------");

    private final List<Event> events = new CopyOnWriteArrayList<>();
    private final CompletableFuture<EventStream> stream = new CompletableFuture<>();
    private final CountDownLatch streamClosed = new CountDownLatch(1);
    private final AtomicLong streamed = new AtomicLong();
    private final AtomicInteger handled = new AtomicInteger();

    @TempDir
    private Path directory;

    private Path socket;
    private HttpServer server;
    private UnixHttpClient client;

    @BeforeEach
    void start() {
        socket = directory.resolve("api.sock");
        server = new HttpServer(this::handle, events::add);
        server.listen(UnixDomainSocketAddress.of(socket), OWNER);
        client = new UnixHttpClient(socket);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private HttpResponse handle(HttpRequest request) {
        handled.incrementAndGet();
        return switch (request.segments().isEmpty() ? "" : request.segments().getFirst()) {
            case "" -> HttpResponse.text(200, "root\n");
            case "echo" -> HttpResponse.of(200, "application/octet-stream", request.body());
            case "uid" -> HttpResponse.text(200, Integer.toString(request.peerUid()));
            case "tell" ->
                HttpResponse.text(
                        200,
                        request.method() + "|" + request.path() + "|" + request.segments() + "|" + request.query() + "|"
                                + request.header("X-Test") + "|"
                                + Thread.currentThread().isVirtual());
            case "slow" -> slow(request);
            case "fault" -> throw new IllegalStateException("secret detail");
            case "half" ->
                HttpResponse.streamed(200, "text/plain", out -> {
                    out.write(new byte[100]);
                    out.flush();
                    throw new IllegalStateException("half-way");
                });
            case "long" -> HttpResponse.streamed(200, "text/plain", this::writeLong);
            case "header" -> HttpResponse.text(200, "x").with("x-bad", "a\r\nb");
            case "events" ->
                HttpResponse.events(opened -> {
                    opened.onClose(streamClosed::countDown);
                    opened.send("hello", "one\ntwo");
                    stream.complete(opened);
                });
            default -> HttpResponse.text(404, "no such page\n");
        };
    }

    private static HttpResponse slow(HttpRequest request) {
        try {
            Thread.sleep(Long.parseLong(request.parameter("ms")));
            return HttpResponse.text(200, request.parameter("ms"));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return HttpResponse.text(503, "stopped");
        }
    }

    private void writeLong(java.io.OutputStream out) throws IOException {
        byte[] line = "0123456789abcdef\n".getBytes(UTF_8);
        for (int i = 0; i < 3_000_000; i++) {
            out.write(line);
            streamed.addAndGet(line.length);
        }
    }

    @Test
    void aRequestIsUnderstoodInAllItsParts() throws IOException {
        try (HttpReply reply =
                client.send("PUT", "/tell/10.0.0.0%2F8/a+b?q=x%20y&q=2&empty=", "text/plain", new byte[1])) {
            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.header("content-type")).isEqualTo("text/plain; charset=utf-8");
            assertThat(reply.header("date")).endsWith("GMT");
            assertThat(reply.text())
                    .isEqualTo("PUT|/tell/10.0.0.0/8/a+b|[tell, 10.0.0.0/8, a+b]|{q=[x y, 2], empty=[]}|null|true");
        }
    }

    @Test
    void theKernelSaysWhoAsks() throws Exception {
        int uid = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        try (HttpReply reply = client.get("/uid")) {
            assertThat(reply.text()).isEqualTo(Integer.toString(uid));
        }
        int port = server.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        assertThat(curl("http://127.0.0.1:" + port + "/uid")).isEqualTo("-1");
    }

    @Test
    void bodiesUpToTheLimitAreTakenAndLargerOnesRefused() throws IOException {
        byte[] body = new byte[HttpServer.BODY_LIMIT];
        body[body.length - 1] = 7;
        try (HttpReply reply = client.send("POST", "/echo", null, body)) {
            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.body().readAllBytes()).isEqualTo(body);
        }
        int before = handled.get();
        try (HttpReply reply = client.send("POST", "/echo", null, new byte[HttpServer.BODY_LIMIT + 1])) {
            assertThat(reply.status()).isEqualTo(413);
            assertThat(reply.text()).contains("larger than 16 MiB");
        }
        assertThat(handled).hasValue(before);
    }

    @Test
    void aLargeBodyInChunksIsRefusedToo() throws Exception {
        Path file = Files.write(directory.resolve("large"), new byte[HttpServer.BODY_LIMIT + 1]);
        String answer = curl(
                "-s",
                "-o",
                "/dev/null",
                "-w",
                "%{http_code}",
                "--unix-socket",
                socket.toString(),
                "-H",
                "Transfer-Encoding: chunked",
                "-T",
                file.toString(),
                "http://x/echo");
        assertThat(answer).isEqualTo("413");
    }

    @Test
    void curlIsServedOverUnixAndTcpWithKeepAlive() throws Exception {
        String unix = socket.toString();
        assertThat(curl("-s", "--unix-socket", unix, "http://x/")).isEqualTo("root\n");
        // curl says how many connections each of two transfers needed: one, then none
        assertThat(curl("-s", "-w", "%{num_connects}", "--unix-socket", unix, "http://x/uid", "http://x/uid"))
                .matches("\\d+1\\d+0");
        assertThat(curl("-s", "-I", "--unix-socket", unix, "http://x/long"))
                .startsWith("HTTP/1.1 200 OK")
                .doesNotContain("0123456789");
        assertThat(curl("-s", "-I", "--unix-socket", unix, "http://x/")).contains("content-length: 5");
        assertThat(curl("-s", "-0", "--unix-socket", unix, "http://x/long")).hasSize(3_000_000 * 17);
        assertThat(curl(
                        "-s",
                        "--unix-socket",
                        unix,
                        "--data-binary",
                        "abc",
                        "-H",
                        "Expect: 100-continue",
                        "http://x/echo"))
                .isEqualTo("abc");
        int port = server.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        assertThat(curl("-s", "http://127.0.0.1:" + port + "/")).isEqualTo("root\n");
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws IOException {
        StringBuilder requests = new StringBuilder();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            int millis = i % 3 == 0 ? 30 : 0;
            requests.append("GET /slow?ms=").append(millis).append(" HTTP/1.1\r\nHost: x\r\n\r\n");
            expected.add(Integer.toString(millis));
        }
        requests.append("HEAD / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        String answer = raw(requests.toString());
        List<String> got = new ArrayList<>();
        for (String part : answer.split("HTTP/1.1 200 OK\r\n", -1)) {
            if (!part.isEmpty()) {
                got.add(part.substring(part.indexOf("\r\n\r\n") + 4));
            }
        }
        expected.add("");
        expected.add("root\n");
        assertThat(got).isEqualTo(expected);
    }

    @Test
    void whatIsNotHttpIsRefusedWithASentence() throws IOException {
        assertThat(raw("nonsense\r\n\r\n"))
                .startsWith("HTTP/1.1 400 Bad Request")
                .contains("RFC 9112");
        assertThat(raw("GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n")).startsWith("HTTP/1.1 400");
        assertThat(raw("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n"))
                .startsWith("HTTP/1.1 400");
        assertThat(raw("GET /" + "a".repeat(10_000) + " HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 414");
        assertThat(raw("GET / HTTP/1.1\r\nx: " + "a".repeat(10_000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431");
        assertThat(handled).hasValue(0);
    }

    @Test
    void aFaultOfTheHandlerIsToldToUsAndNotToTheClient() throws IOException {
        for (String page : List.of("/fault", "/header")) {
            try (HttpReply reply = client.get(page)) {
                assertThat(reply.status()).isEqualTo(500);
                assertThat(reply.header("content-type")).isEqualTo("application/problem+json");
                assertThat(reply.text()).doesNotContain("secret").doesNotContain("Exception");
            }
        }
        assertThat(events).anySatisfy(event -> assertThat(event.message()).contains("secret detail"));
    }

    @Test
    void aBodyThatBreaksOffIsNotTakenForTheWhole() throws IOException {
        try (HttpReply reply = client.get("/half")) {
            assertThat(reply.status()).isEqualTo(200);
            assertThatThrownBy(reply::text).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aLongBodyWaitsForASlowReader() throws Exception {
        try (HttpReply reply = client.get("/long")) {
            InputStream body = reply.body();
            body.skipNBytes(1000);
            long before;
            do {
                before = streamed.get();
                Thread.sleep(200);
            } while (streamed.get() != before);
            // what the kernel's buffers and a few chunks hold, but not the 51 MB of the whole
            assertThat(before).isLessThan(2 << 20);
            long rest = body.transferTo(java.io.OutputStream.nullOutputStream());
            assertThat(rest).isEqualTo(3_000_000L * 17 - 1000);
        }
    }

    @Test
    void eventsArriveOneByOneUntilEitherSideEnds() throws Exception {
        HttpReply reply = client.get("/events");
        assertThat(reply.header("content-type")).isEqualTo("text/event-stream");
        Iterator<String> lines = reply.lines().iterator();
        assertThat(List.of(lines.next(), lines.next(), lines.next(), lines.next()))
                .containsExactly("event: hello", "data: one", "data: two", "");
        EventStream opened = stream.get(5, TimeUnit.SECONDS);
        assertThat(opened.send("route", "10.0.0.0/8")).isTrue();
        assertThat(lines.next()).isEqualTo("event: route");
        reply.close();
        assertThat(streamClosed.await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(opened.send("route", "nobody hears")).isFalse();
    }

    @Test
    void theServerCanEndAStreamOfEvents() throws Exception {
        try (HttpReply reply = client.get("/events")) {
            stream.get(5, TimeUnit.SECONDS).close();
            assertThat(reply.lines().toList()).contains("data: two").last().isEqualTo("");
        }
    }

    @Test
    void aReaderOfEventsThatIsTooSlowIsDroppedAndTold() throws Exception {
        try (HttpReply reply = client.get("/events")) {
            EventStream opened = stream.get(5, TimeUnit.SECONDS);
            String data = "x".repeat(10_000);
            int sent = 0;
            while (opened.send("route", data)) {
                sent++;
                assertThat(sent).isLessThan(1000);
            }
            List<String> lines = reply.lines().toList();
            assertThat(lines).anySatisfy(line -> assertThat(line).startsWith(": dropped"));
            assertThat(lines.stream().filter(line -> line.startsWith("data: xxx")))
                    .hasSize(sent);
            assertThat(streamClosed.await(5, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void theSocketFileHasTheModeAskedForAndGoesWithTheServer() throws IOException {
        assertThat(Files.getPosixFilePermissions(socket)).isEqualTo(OWNER);
        Path shared = directory.resolve("shared.sock");
        Set<PosixFilePermission> group = PosixFilePermissions.fromString("rw-rw----");
        server.listen(UnixDomainSocketAddress.of(shared), group);
        assertThat(Files.getPosixFilePermissions(shared)).isEqualTo(group);
        server.close();
        assertThat(socket).doesNotExist();
        assertThat(shared).doesNotExist();
    }

    @Test
    void aSocketIsTakenOverFromADeadDaemonOnly() throws IOException {
        try (HttpServer second = new HttpServer(this::handle, events::add)) {
            assertThatThrownBy(() -> second.listen(UnixDomainSocketAddress.of(socket), OWNER))
                    .isInstanceOf(TransportException.class)
                    .hasMessage("another daemon answers on " + socket);
            Path dead = directory.resolve("dead.sock");
            try (ServerSocketChannel left = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                left.bind(UnixDomainSocketAddress.of(dead));
            }
            assertThat(dead).exists();
            second.listen(UnixDomainSocketAddress.of(dead), OWNER);
            try (HttpReply reply = new UnixHttpClient(dead).get("/")) {
                assertThat(reply.text()).isEqualTo("root\n");
            }
            Path file = Files.writeString(directory.resolve("file"), "precious");
            assertThatThrownBy(() -> second.listen(UnixDomainSocketAddress.of(file), OWNER))
                    .isInstanceOf(TransportException.class)
                    .hasMessageContaining("is not a socket");
            assertThat(file).hasContent("precious");
            assertThatThrownBy(
                            () -> second.listen(UnixDomainSocketAddress.of(directory.resolve("x".repeat(120))), OWNER))
                    .isInstanceOf(TransportException.class)
                    .hasMessageContaining("too long");
            assertThatThrownBy(() ->
                            second.listen(UnixDomainSocketAddress.of(directory.resolve("missing/api.sock")), OWNER))
                    .isInstanceOf(TransportException.class)
                    .hasMessageContaining("No such file or directory");
        }
        assertThat(socket).exists();
    }

    @Test
    void aHundredClientsAtOnceAreServed() throws Exception {
        List<Thread> threads = new ArrayList<>();
        AtomicInteger right = new AtomicInteger();
        for (int i = 0; i < 100; i++) {
            threads.add(Thread.ofVirtual().start(() -> {
                try (HttpReply reply = client.get("/slow?ms=50")) {
                    right.addAndGet(reply.text().equals("50") ? 1 : 0);
                } catch (IOException failed) {
                    throw new java.io.UncheckedIOException(failed);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(right).hasValue(100);
    }

    @Test
    void theClientLoadsNoClassOfNetty() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xshare:auto",
                        "-Xlog:class+load:file=" + directory.resolve("loaded"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        ClientProgram.class.getName(),
                        socket.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).isZero();
        assertThat(output).isEqualTo("root\n");
        assertThat(directory.resolve("loaded"))
                .content()
                .contains("dev.espalier.transport.client.UnixHttpClient")
                .doesNotContain("io.netty");
    }

    /** What the command line does, in small. */
    static final class ClientProgram {
        private ClientProgram() {}

        public static void main(String[] arguments) throws IOException {
            try (HttpReply reply = new UnixHttpClient(Path.of(arguments[0])).get("/")) {
                System.out.print(reply.text());
            }
        }
    }

    /** Sends these octets over the Unix socket and reads until the server closes. */
    private String raw(String octets) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            channel.write(ByteBuffer.wrap(octets.getBytes(UTF_8)));
            return new String(java.nio.channels.Channels.newInputStream(channel).readAllBytes(), UTF_8);
        }
    }

    private static String curl(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("curl", "--silent", "--max-time", "20"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        process.waitFor();
        return output;
    }

    @Test
    void aTcpClientThatLeavesEndsItsStream() throws Exception {
        int port = server.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        try (Socket peer = new Socket(InetAddress.getLoopbackAddress(), port)) {
            peer.getOutputStream().write("GET /events HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(UTF_8));
            assertThat(peer.getInputStream().read()).isEqualTo('H');
        }
        assertThat(streamClosed.await(5, TimeUnit.SECONDS)).isTrue();
    }
}

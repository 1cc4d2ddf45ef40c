package dev.espalier.agent.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.route.Transport.TransportException;
import dev.espalier.transport.client.HttpReply;
import dev.espalier.transport.client.UnixHttpClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The API on a real socket. */
@Timeout(20)
class ApiServerTest {

    @TempDir
    private Path directory;

    private final QuietDaemon daemon = new QuietDaemon();
    private final List<String> faults = new ArrayList<>();
    private Path socket = Path.of("");
    private ApiServer server;

    @BeforeEach
    void start() {
        socket = directory.resolve("run/espalier.sock");
        server = ApiServer.start(socket, daemon, event -> faults.add(event.message()));
    }

    @AfterEach
    void stop() {
        server.close();
        assertThat(faults).isEmpty();
    }

    private HttpReply get(String target) throws IOException {
        return new UnixHttpClient(socket).get(target);
    }

    @Test
    void theSocketAndItsDirectoryAreMadeAndEverybodyMayConnect() throws IOException {
        assertThat(Files.getPosixFilePermissions(socket)).isEqualTo(PosixFilePermissions.fromString("rw-rw-rw-"));
        try (HttpReply reply = get("/api/v1/status")) {
            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.text()).startsWith("{\"version\":\"1.2.3\"");
        }
    }

    @Test
    void theUserOfTheDaemonMayChangeThings() throws IOException {
        try (HttpReply reply = new UnixHttpClient(socket).send("POST", "/api/v1/reload", null, new byte[0])) {
            assertThat(reply.status()).isEqualTo(200);
        }
    }

    @Test
    void aSecondDaemonOnTheSameSocketIsRefused() {
        assertThatThrownBy(() -> ApiServer.start(socket, daemon, event -> {}))
                .isInstanceOf(TransportException.class)
                .hasMessageContaining(socket.toString());
    }

    @Test
    void aTableThatIsLongerThanAllBuffersArrivesWhole() throws IOException {
        daemon.routes = 60_000;
        try (HttpReply reply = get("/api/v1/routes")) {
            assertThat(reply.lines().filter(line -> line.contains("\"prefix\"")))
                    .hasSize(60_000);
        }
    }

    @Test
    void followersHearThePastAndThenThePresent() throws IOException {
        daemon.happens(QuietDaemon.event("before"));
        try (HttpReply reply = get("/api/v1/events")) {
            assertThat(reply.header("content-type")).isEqualTo("text/event-stream");
            Iterator<String> messages = messages(reply);
            assertThat(messages.next()).isEqualTo("before");
            daemon.happens(QuietDaemon.event("after"));
            assertThat(messages.next()).isEqualTo("after");
        }
    }

    @Test
    void whatHappensWhileThePastIsReadIsToldOnce() throws IOException {
        daemon.happens(QuietDaemon.event("one"));
        daemon.whileLookingBack = () -> {
            daemon.whileLookingBack = () -> {};
            daemon.happens(QuietDaemon.event("two"));
        };
        try (HttpReply reply = get("/api/v1/events")) {
            Iterator<String> messages = messages(reply);
            assertThat(messages.next()).isEqualTo("one");
            assertThat(messages.next()).isEqualTo("two");
            daemon.happens(QuietDaemon.event("three"));
            assertThat(messages.next()).isEqualTo("three");
        }
    }

    @Test
    void aFollowerThatGoesAwayIsForgotten() throws IOException, InterruptedException {
        try (HttpReply reply = get("/api/v1/events")) {
            daemon.happens(QuietDaemon.event("one"));
            assertThat(messages(reply).next()).isEqualTo("one");
            assertThat(daemon.followers).hasSize(1);
        }
        while (!daemon.followers.isEmpty()) {
            Thread.sleep(10);
        }
    }

    private static Iterator<String> messages(HttpReply reply) {
        return reply.lines()
                .filter(line -> line.startsWith("data: "))
                .map(line -> line.replaceFirst(".*\"message\":\"(.*?)\".*", "$1"))
                .iterator();
    }
}

package dev.espalier.cni.shim;

import static dev.espalier.cni.shim.OneAnswer.http;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The program as a runtime starts it: a process with an environment and an input, against a socket on which a test answers. */
@Timeout(30)
class CniShimTest {

    private static final String CONFIG = "{\"cniVersion\":\"0.4.0\",\"name\":\"pods\",\"type\":\"espalier-cni\"}";
    private static final String RESULT = "{\"cniVersion\":\"0.4.0\",\"dns\":{}}";
    private static final Map<String, String> ADD = Map.of(
            "CNI_COMMAND", "ADD",
            "CNI_CONTAINERID", "0123abc",
            "CNI_NETNS", "/run/netns/pöd",
            "CNI_IFNAME", "eth0",
            "CNI_PATH", "/opt/cni/bin");

    @TempDir
    private Path directory;

    /** How a run ended, and what it wrote to standard output. */
    private record Outcome(int status, String output) {}

    private Path socket() {
        return directory.resolve("espalier.sock");
    }

    private Outcome run(Map<String, String> environment, String input) throws IOException, InterruptedException {
        return run(environment, input, socket());
    }

    /** With no environment but this, and no locale, as runtimes have it. */
    private static Outcome run(Map<String, String> environment, String input, Path socket)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                "target/classes",
                CniShim.class.getName(),
                socket.toString()));
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.start();
        try (var stdin = process.getOutputStream()) {
            stdin.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException unread) {
            assertThat(unread).hasMessageContaining("Broken pipe"); // it did not want it
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), output);
    }

    private static Map<String, String> command(String word) {
        return Map.of("CNI_COMMAND", word);
    }

    @Test
    void aCallGoesToTheDaemonAsItCameAndItsResultComesBack() throws Exception {
        try (OneAnswer daemon = new OneAnswer(socket(), http(200, "application/json", RESULT))) {
            assertThat(run(ADD, CONFIG)).isEqualTo(new Outcome(0, RESULT));
            String request = daemon.request();
            assertThat(request)
                    .startsWith("POST /api/v1/cni HTTP/1.1\r\n")
                    .contains("\r\nContent-Type: text/plain\r\n");
            String body = request.substring(request.indexOf("\r\n\r\n") + 4);
            String variables = body.substring(0, body.indexOf("\n\n"));
            assertThat(variables.lines())
                    .containsExactlyInAnyOrder(
                            "CNI_COMMAND=ADD",
                            "CNI_CONTAINERID=0123abc",
                            "CNI_NETNS=/run/netns/pöd",
                            "CNI_IFNAME=eth0",
                            "CNI_PATH=/opt/cni/bin");
            assertThat(body.substring(variables.length() + 2)).isEqualTo(CONFIG);
        }
    }

    @Test
    void anInputOfSeveralMegabytesArrivesWhole() throws Exception {
        String input = "{\"cniVersion\":\"1.1.0\"," + " ".repeat(3_000_000) + "\"name\":\"ends\"}";
        try (OneAnswer daemon = new OneAnswer(socket(), http(200, "application/json", RESULT))) {
            assertThat(run(command("GC"), input).status()).isZero();
            assertThat(daemon.request()).endsWith("CNI_COMMAND=GC\n\n" + input);
        }
    }

    @Test
    void anErrorOfTheDaemonComesBackWithStatusOne() throws Exception {
        String error = "{\"cniVersion\":\"0.4.0\",\"code\":7,\"msg\":\"the pool is exhausted\"}";
        try (OneAnswer daemon = new OneAnswer(socket(), http(400, "application/json; charset=utf-8", error))) {
            assertThat(run(ADD, CONFIG)).isEqualTo(new Outcome(1, error));
            assertThat(daemon.request()).isNotEmpty();
        }
    }

    @Test
    void theEnvironmentCanNameAnotherSocket() throws Exception {
        try (OneAnswer daemon = new OneAnswer(socket(), http(200, "application/json", RESULT))) {
            Map<String, String> environment = Map.of("CNI_COMMAND", "ADD", "ESPALIER_SOCKET", socket().toString());
            assertThat(run(environment, CONFIG, Path.of("/nonexistent"))).isEqualTo(new Outcome(0, RESULT));
            assertThat(daemon.request()).contains("\r\n\r\nCNI_COMMAND=ADD\n\n{");
        }
    }

    @ParameterizedTest
    @CsvSource({"ADD,11", "DEL,11", "STATUS,50"})
    void withoutADaemonTheRuntimeIsToldToTryAgain(String command, int code) throws Exception {
        Outcome outcome = run(command(command), CONFIG);
        assertThat(outcome.status()).isOne();
        assertThat(outcome.output())
                .startsWith("{\"cniVersion\":\"0.4.0\",\"code\":" + code + ",\"msg\":\"no Espalier daemon answers on "
                        + socket())
                .contains("espalier run")
                .endsWith("\"}");
    }

    @Test
    void withoutADaemonTheVersionsAreStillKnown() throws Exception {
        assertThat(run(command("VERSION"), "{\"cniVersion\":\"1.0.0\"}"))
                .isEqualTo(new Outcome(
                        0,
                        "{\"cniVersion\":\"1.0.0\",\"supportedVersions\":[\"0.3.1\",\"0.4.0\",\"1.0.0\",\"1.1.0\"]}"));
    }

    @Test
    void aSocketThatADeadDaemonLeftIsNoDaemon() throws Exception {
        new OneAnswer(socket(), "").close();
        assertThat(run(ADD, CONFIG).output()).contains("\"code\":11").contains("Connection refused");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", // killed
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"cniVersion\"",
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"cniVersion\":\"0.4.0\"}", // of no known
                // length
                "220 mail.example.com ESMTP\r\n\r\n"
            })
    void halfAnAnswerIsNone(String answer) throws Exception {
        try (OneAnswer daemon = new OneAnswer(socket(), answer)) {
            Outcome outcome = run(ADD, CONFIG);
            assertThat(outcome.status()).isOne();
            assertThat(outcome.output()).startsWith("{\"cniVersion\":\"0.4.0\",\"code\":11,");
            assertThat(daemon.request()).isNotEmpty();
        }
    }

    @Test
    void anAnswerThatIsNoneOfCniIsSaidToBeOne() throws Exception {
        String problem = "{\"title\":\"Not Found\",\"status\":404,\"detail\":\"There is nothing at /api/v1/cni\"}";
        try (OneAnswer daemon = new OneAnswer(socket(), http(404, "application/problem+json", problem))) {
            Outcome outcome = run(ADD, CONFIG);
            assertThat(outcome.status()).isOne();
            assertThat(outcome.output()).contains("\"code\":11").contains("answered with status 404");
            assertThat(daemon.request()).isNotEmpty();
        }
    }

    @Test
    void whoStartsItByHandIsToldWhatItIs() throws Exception {
        Outcome outcome = run(Map.of(), "");
        assertThat(outcome.status()).isOne();
        assertThat(outcome.output()).contains("\"code\":4").contains("CNI_COMMAND is not set");
    }

    /** It would be two lines of the call, and the second one a variable that nobody has set. */
    @Test
    void aVariableWithALineBreakIsRefused() throws Exception {
        Outcome outcome = run(Map.of("CNI_COMMAND", "ADD", "CNI_ARGS", "a=b\nCNI_COMMAND=DEL"), CONFIG);
        assertThat(outcome.status()).isOne();
        assertThat(outcome.output()).contains("\"code\":4").contains("CNI_ARGS has a line break");
    }
}

package dev.espalier.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.espalier.lab.LabException;
import dev.espalier.lab.Namespace;
import dev.espalier.lab.Pause;
import dev.espalier.transport.client.HttpReply;
import dev.espalier.transport.client.UnixHttpClient;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The daemon of this build in our namespace, asked through its API socket. One thread at a time. */
final class Espalier implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** A daemon for one test of many; as in a real one, its VM looks for unused monitors seldom. */
    private static final List<String> SMALL = List.of(
            "-XX:TieredStopAtLevel=1", "-Xmx512m", "-XX:+UnlockDiagnosticVMOptions", "-XX:AsyncDeflationInterval=5000");

    private final Namespace namespace;
    private final Path configuration;
    private final Path socket;
    private final Path log;
    private final List<String> javaFlags;
    private String program = System.getProperty("java.class.path");
    private String name = "";
    private Process process;

    Espalier(Rig rig) {
        this(rig, SMALL);
    }

    Espalier(Rig rig, List<String> javaFlags) {
        this(rig.ours(), rig.directory(), javaFlags);
    }

    /** In any namespace, with a folder that no other daemon uses. */
    Espalier(Namespace namespace, Path directory) {
        this(namespace, directory, SMALL);
    }

    private Espalier(Namespace namespace, Path directory, List<String> javaFlags) {
        this.namespace = namespace;
        this.javaFlags = javaFlags;
        this.configuration = directory.resolve("espalier.yaml");
        this.socket = directory.resolve("espalier.sock");
        this.log = directory.resolve("espalier-" + System.nanoTime() + ".log");
    }

    /** From now on it is started from other files: those of a version that is installed beside the one that runs. */
    Espalier installed(ProgramCopy other) {
        program = other.classPath();
        return this;
    }

    /** From now on it is started as the node of that name. */
    Espalier called(String node) {
        name = node;
        return this;
    }

    /** Starts it and waits until it runs and its API answers. */
    Espalier start(String objects) {
        write(objects);
        return start();
    }

    /** The same with the configuration it had. */
    Espalier start() {
        int before = log().length();
        launch(List.of());
        // The API answers before the peers are known, and who connects until then is refused.
        boolean answers = Pause.until(
                Duration.ofSeconds(30),
                () -> !process.isAlive() || answers() && log().substring(before).contains("daemon.started"));
        if (!answers || !process.isAlive()) {
            throw new LabException("the daemon did not come up: " + log());
        }
        return this;
    }

    /** Starts it without waiting, below another program such as {@code setpriv}. */
    Process launch(List<String> wrapper) {
        List<String> argv = new ArrayList<>(wrapper);
        argv.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xshare:auto"));
        argv.addAll(javaFlags);
        argv.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp", program));
        argv.addAll(List.of(
                "dev.espalier.cli.EspalierMain", "run", "-c", configuration.toString(), "--socket", socket.toString()));
        if (!name.isEmpty()) {
            argv.addAll(List.of("--node", name));
        }
        ProcessBuilder builder = new ProcessBuilder(argv);
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.redirectInput(new File("/dev/null"));
        process = namespace.start(builder);
        return process;
    }

    /**
     * The number of the session at hand with a neighbour. Not always 1 for the first that lasts: when both connect at once, a session
     * may be up here that the neighbour gives up for the other connection.
     */
    int sessionNumber(String neighbor) {
        return peer(neighbor).path("timesEstablished").asInt();
    }

    void write(String objects) {
        try {
            Files.writeString(configuration, objects);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Goes over to another configuration. */
    void reload(String objects) {
        write(objects);
        post("/api/v1/reload");
    }

    /** Exchanges the routes with a neighbour again, {@code in} or {@code out}. */
    void refresh(String peer, String direction) {
        post("/api/v1/peers/" + peer + "/refresh?direction=" + direction);
    }

    private void post(String target) {
        try (HttpReply reply = new UnixHttpClient(socket).send("POST", target, null, new byte[0])) {
            if (reply.status() != 200) {
                throw new LabException(target + " answered " + reply.status() + ": " + reply.text());
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** As for a restart: SIGTERM. */
    void terminate() {
        process.destroy();
        awaitEnd();
    }

    /** For good: SIGINT, which tells the neighbours. */
    void interrupt() {
        dev.espalier.lab.Command.of("kill", "-INT", Long.toString(process.pid()))
                .output();
        awaitEnd();
    }

    /** As a crash: SIGKILL. */
    void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    private void awaitEnd() {
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                throw new LabException("the daemon does not end: " + log());
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted", interrupted);
        }
    }

    private boolean answers() {
        try {
            return get("/api/v1/status").has("pid");
        } catch (UncheckedIOException notYet) {
            return false;
        }
    }

    JsonNode get(String target) {
        try (HttpReply reply = new UnixHttpClient(socket).get(target)) {
            return JSON.readTree(reply.body());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Asks and reads the whole answer without looking at it, which must not be a refusal; how many octets it was. */
    int read(String target) {
        try (HttpReply reply = new UnixHttpClient(socket).get(target)) {
            int length = reply.body().readAllBytes().length;
            if (reply.status() != 200) {
                throw new LabException(target + " was answered with " + reply.status());
            }
            return length;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** What a command prints that asks this daemon. */
    String cli(String command) {
        return dev.espalier.lab.Command.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.espalier.cli.EspalierMain",
                        command,
                        "--socket",
                        socket.toString())
                .output();
    }

    JsonNode instance() {
        return get("/api/v1/status").path("instances").path(0);
    }

    /** The neighbour of this address; missing when there is none. */
    JsonNode peer(String address) {
        for (JsonNode peer : get("/api/v1/peers")) {
            if (peer.path("address").asText().equals(address)) {
                return peer;
            }
        }
        return MissingNode.getInstance();
    }

    String state(String address) {
        return peer(address).path("state").asText();
    }

    /** The prefix with its paths; missing when nobody announced it. */
    JsonNode route(String prefix) {
        return get("/api/v1/routes?view=all&match=exact&prefix=" + prefix.replace("/", "%2F"))
                .path(0);
    }

    /** The best path for a prefix; missing when there is none. */
    JsonNode best(String prefix) {
        JsonNode path = route(prefix).path("paths").path(0);
        return path.path("role").asText().equals("best") ? path : MissingNode.getInstance();
    }

    String log() {
        try {
            return Files.exists(log) ? Files.readString(log) : "";
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        if (process != null && process.isAlive()) {
            process.destroyForcibly();
            awaitEnd();
        }
    }
}

package dev.espalier.lab;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The daemon of this very build, {@code espalier run}, in a namespace: the same Java and the same class path as this process.
 * One thread at a time.
 */
public final class EspalierNode {

    /**
     * A lab has a daemon per node on a machine that may have two cores: start fast, take little. Class data sharing and the first
     * compiler are enough for some sessions and some thousand routes.
     */
    private static final List<String> LAB_FLAGS =
            List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Xmx256m");

    private static final List<String> FLAGS =
            List.of("--enable-native-access=ALL-UNNAMED", "-XX:+UseCompactObjectHeaders");
    private static final String MAIN = "dev.espalier.cli.EspalierMain";

    /** The label by which objects select a node: its name. */
    static final String LABEL = "node";

    private final Namespace namespace;
    private final Path directory;
    private final List<String> javaFlags;

    /**
     * A daemon that is not started yet, with flags for a small lab.
     *
     * @param namespace where it runs
     * @param directory for its configuration, log and API socket; is created. Its name becomes the node's name
     */
    public EspalierNode(Namespace namespace, Path directory) {
        this(namespace, directory, LAB_FLAGS);
    }

    /** The same with other flags for its Java, such as a larger heap. */
    public EspalierNode(Namespace namespace, Path directory, List<String> javaFlags) {
        this.namespace = namespace;
        this.directory = directory;
        this.javaFlags = List.copyOf(javaFlags);
    }

    /**
     * Writes the configuration and starts the daemon. Returns at once; {@link #log()} says what became of it.
     *
     * @param configuration Espalier's objects as YAML
     */
    public Process start(String configuration) {
        configure(configuration);
        return start();
    }

    /** Writes the configuration; a daemon that runs reads it at {@code espalier reload} or SIGHUP. */
    public void configure(String configuration) {
        try {
            Files.createDirectories(directory);
            Files.writeString(configurationFile(), configuration);
        } catch (IOException failure) {
            throw new LabException("cannot write " + configurationFile() + ": " + failure.getMessage(), failure);
        }
    }

    /** Starts the daemon with the configuration written before; also again after its end. */
    public Process start() {
        ProcessBuilder builder = new ProcessBuilder(commandLine(
                "run",
                "-c",
                configurationFile().toString(),
                "--node",
                directory.getFileName().toString(),
                "--label",
                LABEL + "=" + directory.getFileName(),
                "--socket",
                socket().toString()));
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        builder.redirectInput(new File("/dev/null"));
        return namespace.start(builder);
    }

    /**
     * Runs another command of {@code espalier} against this daemon and returns what it printed.
     *
     * @throws LabException when it ends with a status other than 0
     */
    public String cli(String... arguments) {
        String[] argv = Stream.concat(Stream.of(arguments), Stream.of("--socket", socket().toString()))
                .toArray(String[]::new);
        return namespace.command(commandLine(argv).toArray(String[]::new)).output();
    }

    /**
     * How many sessions are established.
     *
     * @throws LabException when the daemon does not answer
     */
    public int establishedSessions() {
        int established = 0;
        for (JsonNode instance : new ApiSocket(socket()).get("/api/v1/status").path("instances")) {
            established += instance.path("established").asInt();
        }
        return established;
    }

    /** The file it is configured by. */
    public Path configurationFile() {
        return directory.resolve("espalier.yaml");
    }

    /** Where it answers. */
    public Path socket() {
        return directory.resolve("api.sock");
    }

    /** What it says. */
    public Path log() {
        return directory.resolve("espalier.log");
    }

    /** The program that runs this process. */
    static String java() {
        return ProcessHandle.current().info().command().orElse("java");
    }

    private List<String> commandLine(String... arguments) {
        List<String> argv = new ArrayList<>(List.of(java()));
        argv.addAll(javaFlags);
        argv.addAll(FLAGS);
        argv.addAll(List.of("-cp", System.getProperty("java.class.path"), MAIN));
        argv.addAll(List.of(arguments));
        return argv;
    }
}

package dev.espalier.cli;

import dev.espalier.cni.shim.CniShim;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/**
 * Links {@code java.base} and the plugin's program to a runtime of their own, and lets it live through one call, after which the JVM keeps
 * what it learnt (its ahead-of-time cache).
 *
 * <p>Why a runtime of its own, when this one would do: it needs no JDK on the host where the runtime starts pods, which is what a daemon
 * in a container has; it does not care what becomes of ours; and it starts faster. docs/cni.md has the figures.
 */
final class LinkedCniRuntime implements CniRuntime {

    /** Where the cache is in the runtime's folder. */
    static final String CACHE = "lib/espalier-cni.aot";

    /** What is run. */
    static final String MAIN = "dev.espalier.cni.shim/dev.espalier.cni.shim.CniShim";

    /**
     * To compile takes longer than to interpret what is run once; the smallest collector for a heap that is never collected; no file in
     * /tmp; and nothing on standard output that is not the answer.
     */
    static final List<String> FLAGS =
            List.of("-Xint", "-XX:+UseSerialGC", "-Xmx64m", "-XX:-UsePerfData", "-Xlog:disable");

    private static final int IDENTITY_OCTETS = 6;
    private static final int PATIENCE_SECONDS = 60;

    @Override
    public String identity() throws IOException {
        MessageDigest digest = sha256();
        String java = Runtime.version() + " " + System.getProperty("java.vendor") + " " + System.getProperty("os.arch");
        digest.update((java + FLAGS).getBytes(StandardCharsets.UTF_8));
        try (Stream<Path> files = Files.walk(program())) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                digest.update(Files.readAllBytes(file));
            }
        }
        return HexFormat.of().formatHex(digest.digest(), 0, IDENTITY_OCTETS);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }

    /** The archive with the program, or in a build the folder. */
    private static Path program() {
        try {
            return Path.of(CniShim.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException("the class path has no URI", impossible);
        }
    }

    @Override
    public void make(Path folder, Path socket) throws IOException {
        ToolProvider jlink = ToolProvider.findFirst("jlink")
                .orElseThrow(() -> new CommandFailure(
                        ExitStatus.FAILED,
                        "this Java (" + System.getProperty("java.home")
                                + ") has no jlink, which makes the plugin's runtime: run the command with a JDK"));
        StringWriter said = new StringWriter();
        PrintWriter writer = new PrintWriter(said);
        int status = jlink.run(
                writer,
                writer,
                "--module-path",
                program().toString(),
                "--add-modules",
                CniShim.class.getModule().isNamed()
                        ? CniShim.class.getModule().getName()
                        : MAIN.replaceFirst("/.*", ""),
                "--strip-java-debug-attributes",
                "--no-header-files",
                "--no-man-pages",
                "--output",
                folder.toString());
        if (status != 0) {
            throw new IOException(
                    "jlink cannot make the plugin's runtime: " + said.toString().strip());
        }
        rehearse(folder, socket);
    }

    /** A question that changes nothing. Without the cache the plugin works as well, only more slowly, but this is no time to fall short. */
    private static void rehearse(Path folder, Path socket) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(folder.resolve("bin/java").toString());
        command.addAll(FLAGS);
        command.addAll(List.of("-XX:AOTCacheOutput=" + folder.resolve(CACHE), "-m", MAIN, socket.toString()));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().clear();
        builder.environment().put("CNI_COMMAND", "VERSION");
        Process process = builder.start();
        try {
            boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (!ended || process.exitValue() != 0 || !Files.exists(folder.resolve(CACHE))) {
                process.destroyForcibly();
                throw new IOException("the plugin's runtime was made and does not run: " + String.join(" ", command));
            }
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
    }
}

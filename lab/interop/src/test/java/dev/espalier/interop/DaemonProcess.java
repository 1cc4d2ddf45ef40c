package dev.espalier.interop;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.lab.Command;
import dev.espalier.lab.LabException;
import dev.espalier.lab.Namespace;
import dev.espalier.lab.Pause;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A program in the peer's namespace that stays in the foreground. */
final class DaemonProcess {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Namespace namespace;
    private final Path log;
    private Process process;

    DaemonProcess(Namespace namespace, Path log) {
        this.namespace = namespace;
        this.log = log;
    }

    /**
     * Starts the program and waits until a question to it is answered.
     *
     * @param question a command that succeeds when the program is ready
     */
    void start(List<String> argv, List<String> question) {
        ProcessBuilder builder = new ProcessBuilder(argv);
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.redirectInput(new File("/dev/null"));
        process = namespace.start(builder);
        boolean ready = Pause.until(
                Duration.ofSeconds(10),
                () -> !process.isAlive() || asks(question).succeeded());
        if (!ready || !process.isAlive()) {
            throw new LabException(argv.getFirst() + " did not come up: " + text());
        }
    }

    Command.Outcome asks(List<String> question) {
        return namespace.command(question.toArray(String[]::new)).run();
    }

    /** What a command that must succeed says. */
    String ask(String... question) {
        return namespace.exec(question);
    }

    JsonNode askJson(String... question) {
        String answer = ask(question);
        try {
            return JSON.readTree(answer);
        } catch (JsonProcessingException malformed) {
            throw new LabException("'" + String.join(" ", question) + "' answered with no JSON: " + answer, malformed);
        }
    }

    String text() {
        try {
            return Files.readString(log);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Kills it and its children, as a crash of the whole daemon would. */
    void kill() {
        if (process != null) {
            List<ProcessHandle> all = Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                    .toList();
            all.forEach(ProcessHandle::destroyForcibly);
            all.forEach(one -> one.onExit().orTimeout(5, TimeUnit.SECONDS).join());
            process = null;
        }
    }

    /** Asks it to end; kills it after 3 s. */
    void stop() {
        if (process == null) {
            return;
        }
        List<ProcessHandle> children = process.descendants().toList();
        process.destroy();
        if (!Pause.until(Duration.ofSeconds(3), () -> !process.isAlive())) {
            kill();
        }
        children.forEach(ProcessHandle::destroyForcibly);
        process = null;
    }

    static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}

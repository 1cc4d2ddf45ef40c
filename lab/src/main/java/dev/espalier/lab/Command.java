package dev.espalier.lab;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A run of another program, with everything it may need known beforehand. Immutable; any thread, which waits for the program.
 *
 * <p>Every child carries {@link #RUN_MARK} in its environment, so that after a crash of this process the next
 * {@code lab down} still knows whose child it is.
 *
 * @param argv the program and its arguments; no shell is involved
 * @param input what the program reads from its standard input
 * @param timeout after this the program is killed and the run counts as failed
 */
public record Command(List<String> argv, String input, Duration timeout) {

    /** The environment variable that every program started from here carries. */
    public static final String RUN_MARK = "ESPALIER_LAB_RUN";

    /** The value of {@link #RUN_MARK}: this process, told apart from a later one with the same number by its start. */
    public static final String RUN = ProcessHandle.current().pid() + "-"
            + ProcessHandle.current()
                    .info()
                    .startInstant()
                    .map(start -> start.toEpochMilli())
                    .orElse(0L);

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Copies the list. */
    public Command {
        argv = List.copyOf(argv);
    }

    /** This program with these arguments, no input, 20 seconds of patience. */
    public static Command of(String... argv) {
        return new Command(List.of(argv), "", PATIENCE);
    }

    /** The same with this text on standard input. */
    public Command withInput(String text) {
        return new Command(argv, text, timeout);
    }

    /** The same with this much patience. */
    public Command withTimeout(Duration patience) {
        return new Command(argv, input, patience);
    }

    /**
     * How a program ended.
     *
     * @param status its exit status
     * @param output its standard output
     * @param errors its standard error
     */
    public record Outcome(int status, String output, String errors) {

        /** Whether the program was content. */
        public boolean succeeded() {
            return status == 0;
        }
    }

    /**
     * Runs the program and waits for its end.
     *
     * @throws LabException when it cannot be started or does not end in time; an exit status other than 0 is no exception
     */
    public Outcome run() {
        try (var readers = Executors.newVirtualThreadPerTaskExecutor()) {
            Process process = start(new ProcessBuilder(argv));
            CompletableFuture<String> output =
                    CompletableFuture.supplyAsync(() -> text(process.getInputStream()), readers);
            CompletableFuture<String> errors =
                    CompletableFuture.supplyAsync(() -> text(process.getErrorStream()), readers);
            feed(process);
            if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new LabException("'" + this + "' did not end within " + timeout.toSeconds() + " s");
            }
            return new Outcome(process.exitValue(), output.join(), errors.join());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted while '" + this + "' was running", interrupted);
        }
    }

    /**
     * Runs the program and returns what it wrote to standard output.
     *
     * @throws LabException also when it ends with a status other than 0; the message holds what it said
     */
    public String output() {
        Outcome outcome = run();
        if (!outcome.succeeded()) {
            String said = outcome.errors().isBlank() ? outcome.output() : outcome.errors();
            throw new LabException("'" + this + "' ended with status " + outcome.status() + ": " + said.strip());
        }
        return outcome.output();
    }

    /** Whether a program of this name lies on the PATH or in one of the folders for administrators. */
    public static boolean isInstalled(String program) {
        return Stream.of((System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/sbin").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    /**
     * Starts what the builder describes, marked as ours. For programs that outlive the call.
     *
     * @throws LabException when it cannot be started
     */
    static Process start(ProcessBuilder builder) {
        builder.environment().put(RUN_MARK, RUN);
        try {
            return builder.start();
        } catch (IOException failure) {
            throw new LabException(
                    "cannot start '" + builder.command().getFirst() + "': " + failure.getMessage(), failure);
        }
    }

    private void feed(Process process) {
        try (var stdin = process.getOutputStream()) {
            stdin.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException closed) {
            // The program ended without reading its input; its exit status says more than this would.
            System.getLogger(Command.class.getName()).log(System.Logger.Level.DEBUG, "input not read", closed);
        }
    }

    private static String text(InputStream stream) {
        try (stream) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** The command line as one would type it; for messages. */
    @Override
    public String toString() {
        return String.join(" ", argv);
    }
}

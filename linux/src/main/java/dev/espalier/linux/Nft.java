package dev.espalier.linux;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Runs the program nft, which makes one transaction of a script: the kernel takes all of it or nothing. */
final class Nft {

    private static final String PROGRAM = "nft";
    /** Where it may be although the PATH of a service does not say so. */
    private static final List<Path> USUAL = List.of(Path.of("/usr/sbin"), Path.of("/sbin"), Path.of("/usr/local/sbin"));

    private static final int PATIENCE_SECONDS = 30;

    private final NetworkNamespace namespace;
    private final List<Path> places;

    /** In a namespace; the program is looked for in the PATH and where it usually is. */
    Nft(NetworkNamespace namespace) {
        this(namespace, places());
    }

    /** With the folders in which the program may be. */
    Nft(NetworkNamespace namespace, List<Path> places) {
        this.namespace = namespace;
        this.places = places;
    }

    /**
     * Runs a script; blocks while the program runs, some hundredths of a second.
     *
     * @param purpose what it is for, as the beginning of a sentence
     * @throws IOException with a sentence for people when the program is not there or does not take the script; then nothing has changed
     */
    void run(String purpose, String script) throws IOException {
        Path program = program(purpose);
        try {
            namespace.call((Callable<Boolean>) () -> {
                run(purpose, program, script);
                return true;
            });
        } catch (IOException | RuntimeException failed) {
            throw failed;
        } catch (Exception interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException(purpose + ": interrupted while nft ran", interrupted);
        }
    }

    private static void run(String purpose, Path program, String script) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(program.toString(), "-f", "-")
                .redirectErrorStream(true)
                .start();
        try {
            write(process, script);
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException(purpose + ": nft has not ended within " + PATIENCE_SECONDS + " seconds");
            }
            if (process.exitValue() != 0) {
                // nft stops after ten errors, so this is less than a pipe holds
                String words = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                throw new IOException(purpose + ": nft refused it, and nothing was changed: " + words.strip());
            }
        } finally {
            process.destroyForcibly();
        }
    }

    private static void write(Process process, String script) {
        try (OutputStream input = process.getOutputStream()) {
            input.write(script.getBytes(StandardCharsets.UTF_8));
        } catch (IOException endedEarly) {
            // it says why by its exit and in words, which the caller reads
        }
    }

    private Path program(String purpose) throws IOException {
        for (Path place : places) {
            Path program = place.resolve(PROGRAM);
            if (Files.isExecutable(program)) {
                return program;
            }
        }
        throw new IOException(purpose + ": the program nft is not there; install the package nftables");
    }

    private static List<Path> places() {
        Set<Path> places = new LinkedHashSet<>();
        String path = System.getenv("PATH");
        if (path != null) {
            for (String each : path.split(":")) {
                places.add(Path.of(each));
            }
        }
        places.addAll(USUAL);
        return List.copyOf(places);
    }
}

package dev.espalier.interop;

import dev.espalier.lab.Namespace;
import dev.espalier.lab.Pause;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** {@code ip monitor route} in a namespace: what the kernel tells about its routes, Espalier's (protocol 179) or all of them. */
final class RouteWatch implements AutoCloseable {

    private static final String OURS = "proto 179";
    private static final String PROBE = "192.0.2.255";

    private final Path file;
    private final Process process;

    private RouteWatch(Path file, Process process) {
        this.file = file;
        this.process = process;
    }

    /** Begins to listen; returns when it does. */
    static RouteWatch start(Namespace namespace, Path directory) {
        Path file = directory.resolve("route-watch-" + System.nanoTime());
        ProcessBuilder builder = new ProcessBuilder("ip", "monitor", "route").redirectErrorStream(true);
        builder.redirectOutput(file.toFile());
        RouteWatch watch = new RouteWatch(file, namespace.start(builder));
        // It says nothing when it is ready; a route of somebody else's that comes and goes is the proof.
        Eventually.within(5, () -> {
            namespace.ip("route replace " + PROBE + "/32 dev lo");
            namespace.ip("route del " + PROBE + "/32 dev lo");
            Pause.millis(50);
            org.assertj.core.api.Assertions.assertThat(watch.text()).contains(PROBE);
        });
        return watch;
    }

    /** The changes of Espalier's routes so far, one line each; removals begin with "Deleted". */
    List<String> ours() {
        return text().lines().filter(line -> line.contains(OURS)).toList();
    }

    /** The changes of routes within a prefix's first octets, such as {@code 10.77.}, whoever made them. */
    List<String> within(String beginning) {
        return text().lines()
                .filter(line -> line.replace("Deleted ", "").startsWith(beginning))
                .toList();
    }

    private String text() {
        try {
            return Files.readString(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public void close() {
        process.destroy();
    }
}

package dev.espalier.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a configuration is compiled from: its files, and what this node is. */
final class NodeOptions {

    private static final Path HOSTNAME = Path.of("/proc/sys/kernel/hostname");

    @Option(
            names = {"-c", "--config"},
            required = true,
            paramLabel = "FILE|DIR",
            description = "A file, or a folder whose files end in .yaml, .yml or .json.")
    private @Nullable Path configuration;

    @Option(
            names = "--node",
            paramLabel = "NAME",
            description = "What the cluster calls this node (default: the host's name).")
    private @Nullable String name;

    @Option(
            names = "--label",
            paramLabel = "KEY=VALUE",
            description = "A label of this node, for selectors and templates; may be repeated.")
    private Map<String, String> labels = new LinkedHashMap<>();

    /** For picocli. */
    NodeOptions() {}

    Path configuration() {
        return Objects.requireNonNull(configuration, "picocli requires it");
    }

    /** The name given, or the kernel's own word for this host, which needs no name server. */
    String name() {
        if (name != null) {
            return name;
        }
        try {
            return Files.readString(HOSTNAME).strip();
        } catch (IOException unreadable) {
            throw new CommandFailure(
                    ExitStatus.FAILED, "cannot read " + HOSTNAME + ": name this node with --node", unreadable);
        }
    }

    Map<String, String> labels() {
        return labels;
    }
}

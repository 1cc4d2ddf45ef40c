package dev.espalier.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A named network namespace, as {@code ip netns} knows it: one box of a lab or of a test. Creating the value does not create
 * the namespace. Immutable; any thread. Everything here needs root.
 *
 * @param name letters, digits and dashes; also the path space of an {@link Frr} that runs inside
 */
public record Namespace(String name) {

    private static final Path FOLDER = Path.of("/run/netns");
    /** For a thousand namespaces on a busy machine. */
    private static final Duration MANY = Duration.ofMinutes(2);

    /** @throws IllegalArgumentException when the name could not be a file name */
    public Namespace {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9_-]{0,62}")) {
            throw new IllegalArgumentException(
                    "'" + name + "' is no name for a namespace: use letters, digits and dashes");
        }
    }

    /**
     * Makes the namespace, with its loopback up.
     *
     * @throws LabException when there is one of this name already, or without root
     */
    public Namespace create() {
        Command.of("ip", "netns", "add", name).output();
        Command.of("ip", "-n", name, "link", "set", "lo", "up").output();
        return this;
    }

    /** Whether a namespace of this name is there. */
    public boolean exists() {
        return Files.exists(FOLDER.resolve(name));
    }

    /** Ends every process inside and removes the namespace with all its links; content when there is none. */
    public void delete() {
        Processes.end(Processes.inside(List.of(this)));
        if (exists()) {
            Command.Outcome outcome = Command.of("ip", "netns", "delete", name).run();
            if (!outcome.succeeded() && exists()) {
                throw new LabException("cannot remove namespace " + name + ": "
                        + outcome.errors().strip());
            }
        }
    }

    /**
     * Makes many namespaces, each with its loopback up, in one process.
     *
     * @throws LabException when there is one of these names already, or without root
     */
    static void createAll(List<Namespace> namespaces) {
        batch(namespaces.stream()
                .flatMap(namespace ->
                        Stream.of("netns add " + namespace.name, "netns exec " + namespace.name + " ip link set lo up"))
                .toList());
    }

    /** Does with many what {@link #delete} does with one, in a fraction of the time. */
    static void deleteAll(List<Namespace> namespaces) {
        Processes.end(Processes.inside(namespaces));
        List<Namespace> present = namespaces.stream().filter(Namespace::exists).toList();
        Command.Outcome outcome = Command.of("ip", "-force", "-batch", "-")
                .withInput(present.stream()
                        .map(namespace -> "netns delete " + namespace.name + "\n")
                        .collect(Collectors.joining()))
                .withTimeout(MANY)
                .run();
        present.stream().filter(Namespace::exists).findFirst().ifPresent(left -> {
            throw new LabException("cannot remove namespace " + left.name + ": "
                    + outcome.errors().strip());
        });
    }

    /**
     * Runs several {@code ip} commands in the host's namespace, in order, in one process.
     *
     * @param commands each without the leading {@code ip}
     * @throws LabException naming the first one that failed; those before it have been done
     */
    static void batch(List<String> commands) {
        Command.of("ip", "-batch", "-")
                .withInput(String.join("\n", commands) + "\n")
                .withTimeout(MANY)
                .output();
    }

    /** A command that runs inside this namespace. */
    public Command command(String... argv) {
        return new Command(inside(List.of(argv)), "", Command.of("true").timeout());
    }

    /**
     * Runs a program inside and returns its standard output.
     *
     * @throws LabException when it fails
     */
    public String exec(String... argv) {
        return command(argv).output();
    }

    /**
     * Starts a program inside that outlives this call; its output goes where the builder says.
     *
     * @param builder the program; its command line is extended so that it runs inside
     */
    public Process start(ProcessBuilder builder) {
        builder.command(inside(builder.command()));
        return Command.start(builder);
    }

    /**
     * Runs several {@code ip} commands inside, in order, in one process.
     *
     * @param commands each without the leading {@code ip}
     * @throws LabException naming the first one that failed; those before it have been done
     */
    public void ip(List<String> commands) {
        Command.of("ip", "-n", name, "-batch", "-")
                .withInput(String.join("\n", commands) + "\n")
                .output();
    }

    /** Runs one {@code ip} command inside, given without the leading {@code ip}; returns its output. */
    public String ip(String command) {
        List<String> argv = new ArrayList<>(List.of("ip", "-n", name));
        argv.addAll(List.of(command.split(" ")));
        return Command.of(argv.toArray(String[]::new)).output();
    }

    /** Sets kernel parameters inside, such as {@code net.ipv4.ip_forward}. */
    public void sysctl(Map<String, Integer> parameters) {
        StringBuilder script = new StringBuilder();
        parameters.forEach((key, value) ->
                script.append("echo %d > /proc/sys/%s || exit 1%n".formatted(value, key.replace('.', '/'))));
        command("sh", "-s").withInput(script.toString()).output();
    }

    /** The file that stands for it. */
    Path path() {
        return FOLDER.resolve(name);
    }

    /** The number by which the kernel knows the namespace; empty when it is not there. */
    OptionalLong inode() {
        try {
            return OptionalLong.of((Long) Files.getAttribute(FOLDER.resolve(name), "unix:ino"));
        } catch (IOException absent) {
            return OptionalLong.empty();
        }
    }

    private List<String> inside(List<String> argv) {
        List<String> whole = new ArrayList<>(List.of("ip", "netns", "exec", name));
        whole.addAll(argv);
        return whole;
    }
}

package dev.espalier.lab;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * FRR in a namespace, without systemd: each daemon is started with the namespace's name as path space, so that many instances
 * share one file system. One thread at a time.
 */
public final class Frr {

    private static final Path PROGRAMS = Path.of("/usr/lib/frr");
    private static final List<Path> PATH_SPACES = List.of(Path.of("/run/frr"), Path.of("/etc/frr"));
    private static final Path CRASH_LOGS = Path.of("/var/tmp/frr");
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The daemons of FRR that a lab may want. */
    public enum Daemon {
        /** The kernel's side; needed by all others. */
        ZEBRA,
        /** Static routes. */
        STATICD,
        /** BFD. */
        BFDD,
        /** BGP. */
        BGPD,
        /** OSPFv2. */
        OSPFD,
        /** IS-IS. */
        ISISD;

        String program() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Namespace namespace;
    private final Path directory;

    /**
     * An FRR that is not started yet.
     *
     * @param namespace where it runs
     * @param directory for its configuration, log and pid files; is created and given to the user {@code frr}, who must be able
     *     to reach it
     */
    public Frr(Namespace namespace, Path directory) {
        this.namespace = namespace;
        this.directory = directory;
    }

    /** Whether FRR is on this machine. */
    public static boolean isInstalled() {
        return Files.isExecutable(PROGRAMS.resolve(Daemon.ZEBRA.program())) && Command.isInstalled("vtysh");
    }

    /**
     * Writes the configuration and starts these daemons in order. Returns when each has read it.
     *
     * @param configuration as in a unified {@code frr.conf}: every daemon takes the lines it knows
     * @throws LabException when a daemon refuses; its message is in it
     */
    public void start(String configuration, List<Daemon> daemons) {
        Command.of(
                        "install",
                        "-d",
                        "-o",
                        "frr",
                        "-g",
                        "frr",
                        "-m",
                        "755",
                        runFolder().toString(),
                        directory.toString(),
                        vtyFolder().toString())
                .output();
        write(directory.resolve("frr.conf"), configuration);
        // vtysh complains in every answer when it finds no configuration of its own.
        write(vtyFolder().resolve("vtysh.conf"), "");
        daemons.forEach(this::start);
    }

    /** Starts one daemon with the configuration written before; also after {@link #kill}. */
    public void start(Daemon daemon) {
        namespace.exec(
                PROGRAMS.resolve(daemon.program()).toString(),
                "-d",
                "-N",
                namespace.name(),
                "-A",
                "127.0.0.1",
                "-f",
                directory.resolve("frr.conf").toString(),
                "-i",
                pidFile(daemon).toString(),
                "--log",
                "file:" + log());
    }

    /** Kills one daemon without notice, as a crash would. */
    public void kill(Daemon daemon) {
        process(daemon).ifPresent(process -> {
            process.destroyForcibly();
            process.onExit().join();
            removeCrashLogs(List.of(process.pid()));
        });
    }

    /** The process of a daemon, when it runs. */
    public Optional<ProcessHandle> process(Daemon daemon) {
        try {
            long pid = Long.parseLong(Files.readString(pidFile(daemon)).strip());
            return Processes.inside(List.of(namespace)).stream()
                    .filter(process -> process.pid() == pid)
                    .findFirst();
        } catch (IOException notStarted) {
            return Optional.empty();
        }
    }

    /**
     * Asks the running daemons.
     *
     * @param commands as typed at the prompt; several are given in order, as in {@code configure terminal}
     */
    public String vtysh(String... commands) {
        List<String> argv = Stream.concat(
                        Stream.of("vtysh", "-N", namespace.name()),
                        Stream.of(commands).flatMap(command -> Stream.of("-c", command)))
                .toList();
        return namespace.exec(argv.toArray(String[]::new));
    }

    /** Asks with a command that ends in {@code json}. */
    public JsonNode vtyshJson(String command) {
        String answer = vtysh(command);
        try {
            return JSON.readTree(answer);
        } catch (JsonProcessingException malformed) {
            throw new LabException(
                    "FRR in " + namespace.name() + " answered '" + command + "' with no JSON: " + answer, malformed);
        }
    }

    /** How many IPv4 sessions are established. */
    public int establishedSessions() {
        int established = 0;
        for (JsonNode peer : vtyshJson("show bgp ipv4 unicast summary json").path("peers")) {
            if (peer.path("state").asText().equals("Established")) {
                established++;
            }
        }
        return established;
    }

    /** Where the daemons write what happens to them. */
    public Path log() {
        return directory.resolve("frr.log");
    }

    /** Ends the daemons and removes what they leave on the file system, except {@code directory}. */
    public void stop() {
        List<ProcessHandle> daemons = Stream.of(Daemon.values())
                .flatMap(daemon -> process(daemon).stream())
                .toList();
        Processes.end(daemons);
        removeTraces(
                List.of(namespace), daemons.stream().map(ProcessHandle::pid).toList());
    }

    /** Removes the folders of all FRR in these namespaces, whose daemons have ended. */
    static void removeTraces(List<Namespace> namespaces, List<Long> pids) {
        for (Namespace namespace : namespaces) {
            PATH_SPACES.forEach(parent -> Trees.delete(parent.resolve(namespace.name())));
        }
        removeCrashLogs(pids);
    }

    /** A daemon removes its folder for crash logs when it ends, but not when it is killed. */
    private static void removeCrashLogs(List<Long> pids) {
        for (long pid : pids) {
            for (Daemon daemon : Daemon.values()) {
                Trees.delete(CRASH_LOGS.resolve(daemon.program() + "." + pid));
            }
        }
    }

    private Path runFolder() {
        return PATH_SPACES.getFirst().resolve(namespace.name());
    }

    private Path vtyFolder() {
        return PATH_SPACES.getLast().resolve(namespace.name());
    }

    private Path pidFile(Daemon daemon) {
        return directory.resolve(daemon.program() + ".pid");
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException failure) {
            throw new LabException("cannot write " + file + ": " + failure.getMessage(), failure);
        }
    }
}

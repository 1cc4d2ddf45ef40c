package dev.espalier.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Finds and ends the processes of a lab. A process is ours when it lives in a namespace of ours or carries our run mark
 * ({@link Command#RUN_MARK}); process numbers in files are not trusted, because numbers are used again.
 *
 * <p>A {@link ProcessHandle} remembers when its process started and refuses to signal a later one of the same number, so what is
 * checked here and what is ended is the same process.
 */
final class Processes {

    private static final Duration GRACE = Duration.ofSeconds(3);

    private Processes() {}

    /** All processes that live in one of these namespaces. */
    static List<ProcessHandle> inside(Collection<Namespace> namespaces) {
        String own = networkOf(ProcessHandle.current());
        Set<String> networks = namespaces.stream()
                .flatMap(namespace -> namespace.inode().stream().mapToObj(inode -> "net:[" + inode + "]"))
                .filter(network -> !network.equals(own))
                .collect(Collectors.toSet());
        return networks.isEmpty() ? List.of() : all(process -> networks.contains(networkOf(process)));
    }

    /** All processes that were started, directly or not, by the run with this mark; never this process. */
    static List<ProcessHandle> markedBy(String run) {
        String entry = Command.RUN_MARK + "=" + run;
        return all(process -> environmentOf(process).contains(entry));
    }

    /** Asks these processes to end, waits up to 3 s, then kills those that remain and waits for their end. */
    static void end(Collection<ProcessHandle> processes) {
        processes.forEach(ProcessHandle::destroy);
        await(processes, GRACE);
        processes.forEach(ProcessHandle::destroyForcibly);
        await(processes, GRACE);
    }

    private static void await(Collection<ProcessHandle> processes, Duration patience) {
        Instant deadline = Instant.now().plus(patience);
        while (processes.stream().anyMatch(Processes::isRunning)
                && Instant.now().isBefore(deadline)) {
            Pause.millis(10);
        }
    }

    /** Alive, and not a zombie that only waits to be collected by its parent. */
    private static boolean isRunning(ProcessHandle process) {
        return process.isAlive() && !networkOf(process).isEmpty();
    }

    private static List<ProcessHandle> all(Predicate<ProcessHandle> ours) {
        return ProcessHandle.allProcesses()
                .filter(process -> process.pid() != ProcessHandle.current().pid())
                .filter(ours)
                .toList();
    }

    /** Such as {@code net:[4026531840]}; empty for a process that is gone or a zombie. */
    private static String networkOf(ProcessHandle process) {
        try {
            return Files.readSymbolicLink(Path.of("/proc", Long.toString(process.pid()), "ns/net"))
                    .toString();
        } catch (IOException gone) {
            return "";
        }
    }

    private static List<String> environmentOf(ProcessHandle process) {
        try {
            return List.of(Files.readString(
                            Path.of("/proc", Long.toString(process.pid()), "environ"), StandardCharsets.ISO_8859_1)
                    .split("\0"));
        } catch (IOException gone) {
            return List.of();
        }
    }
}

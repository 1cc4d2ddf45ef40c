package dev.espalier.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What a lab of some name has left on this machine. Other labs and tests may be at work meanwhile; theirs is not looked at. */
final class Traces {

    private static final List<Path> FOLDERS = List.of(
            Path.of("/run/netns"),
            Path.of("/etc/netns"),
            Path.of("/run/espalier-lab"),
            Path.of("/run/frr"),
            Path.of("/etc/frr"),
            Path.of("/var/tmp/frr"),
            Path.of("/tmp"));

    private Traces() {}

    /** Everything on the file system and among the processes that bears the lab's name; empty when there is nothing. */
    static List<String> of(String lab) {
        List<String> traces = new ArrayList<>();
        for (Path folder : FOLDERS) {
            entries(folder).filter(entry -> entry.contains(lab)).forEach(traces::add);
        }
        entries(Path.of("/proc"))
                .filter(process -> process.matches("/proc/\\d+"))
                .filter(process -> commandLine(process).contains(lab))
                .forEach(process -> traces.add(process + " " + commandLine(process)));
        return traces;
    }

    /** The folders for crash logs of these processes. */
    static List<String> crashLogs(List<Long> pids) {
        return entries(Path.of("/var/tmp/frr"))
                .filter(entry -> pids.stream().anyMatch(pid -> entry.endsWith("." + pid)))
                .toList();
    }

    private static Stream<String> entries(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(Path::toString).toList().stream();
        } catch (IOException absent) {
            return Stream.empty();
        }
    }

    private static String commandLine(String process) {
        try {
            return Files.readString(Path.of(process, "cmdline")).replace('\0', ' ');
        } catch (IOException gone) {
            return "";
        }
    }
}

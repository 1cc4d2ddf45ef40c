package dev.espalier.cli;

import dev.espalier.agent.api.AgentOptions;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the command line of {@code espalier run} where nothing about it is special, and leaves everything else to {@link RunCommand}:
 * questions for help, mistakes, and whatever picocli allows beyond an option followed by its value.
 *
 * <p>Why twice: a daemon that restarts has neighbours who wait. Picocli's classes are in the format of Java 5, which the JVM's
 * ahead-of-time cache cannot hold, and to load and verify 170 of them takes 0.1 s of the 0.7 until a daemon runs. {@code PlainRunTest} holds both
 * readings together.
 */
final class PlainRun {

    private final Map<String, String> labels = new LinkedHashMap<>();
    private @Nullable String configuration;
    private @Nullable String node;
    private @Nullable String socket;

    private PlainRun() {}

    /**
     * Reads a command line.
     *
     * @param arguments all of them, with the command
     * @param environment that of the process
     * @return what it asks for, as {@link RunCommand} would; null when it is not plain, or no {@code run}
     */
    static @Nullable AgentOptions read(String[] arguments, Map<String, String> environment) {
        boolean pairs = arguments.length % 2 == 1 && arguments[0].equals("run");
        PlainRun read = new PlainRun();
        for (int i = 1; pairs && i < arguments.length; i += 2) {
            pairs = isPlain(arguments[i + 1]) && read.take(arguments[i], arguments[i + 1]);
        }
        String listening =
                read.socket != null ? read.socket : environment.getOrDefault("ESPALIER_SOCKET", RunCommand.SOCKET);
        if (!pairs || read.configuration == null || listening.isEmpty()) {
            return null;
        }
        try {
            String name = read.node != null ? read.node : new NodeOptions().name();
            return new AgentOptions(Path.of(read.configuration), Path.of(listening), name, read.labels);
        } catch (CommandFailure nameless) {
            return null; // and the other way says so
        }
    }

    /** Whether a value means itself: no option, no file of arguments, nothing quoted or to be filled in. */
    private static boolean isPlain(String value) {
        return !value.isEmpty()
                && "-@".indexOf(value.charAt(0)) < 0
                && value.chars().noneMatch(each -> "\"'$\\,| ".indexOf(each) >= 0);
    }

    /** Takes an option that has not been given before. */
    private boolean take(String option, String value) {
        switch (option) {
            case "-c", "--config" -> {
                boolean first = configuration == null;
                configuration = value;
                return first;
            }
            case "--node" -> {
                boolean first = node == null;
                node = value;
                return first;
            }
            case "--socket" -> {
                boolean first = socket == null;
                socket = value;
                return first;
            }
            case "--label" -> {
                String[] pair = value.split("=", -1);
                return pair.length == 2 && !pair[0].isEmpty() && labels.put(pair[0], pair[1]) == null;
            }
            default -> {
                return false;
            }
        }
    }
}

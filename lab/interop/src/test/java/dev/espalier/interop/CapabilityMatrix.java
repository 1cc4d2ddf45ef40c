package dev.espalier.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * Keeps what each daemon passed, and writes it as a table to {@code target/interop.md}, from which docs/interop.md is made. One
 * table for a run of all tests. A run whose results are not those on the page fails, so that the page cannot grow old unnoticed;
 * {@link InteropPageTest} does the same for tests that came or went.
 */
final class CapabilityMatrix implements TestWatcher, AfterAllCallback {

    private static final Map<String, Map<PeerDaemon.Kind, String>> RESULTS = new ConcurrentHashMap<>();

    @Override
    public void testSuccessful(ExtensionContext context) {
        record(context, "passed");
    }

    @Override
    public void testFailed(ExtensionContext context, Throwable cause) {
        record(context, "FAILED");
    }

    @Override
    public void testAborted(ExtensionContext context, Throwable cause) {
        record(context, "not supported");
    }

    private static synchronized void record(ExtensionContext context, String result) {
        PeerDaemon.Kind kind = kind(context);
        RESULTS.computeIfAbsent(sentence(context.getRequiredTestMethod().getName()), test -> new TreeMap<>())
                .put(kind, result);
        try {
            Files.writeString(Path.of("target", "interop.md"), table());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** The page must say the same of all that ran; a daemon that is not installed has passed nothing, and says nothing. */
    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        Map<String, Map<String, String>> page = page();
        List<String> different = new ArrayList<>();
        for (PeerDaemon.Kind kind : PeerDaemon.Kind.values()) {
            boolean installed = RESULTS.values().stream().anyMatch(results -> "passed".equals(results.get(kind)));
            new TreeMap<>(RESULTS).forEach((test, results) -> {
                String result = results.get(kind);
                String told = page.getOrDefault(test, Map.of()).get(kind.name());
                if (installed && result != null && !result.equals("FAILED") && !result.equals(told)) {
                    different.add(kind + ": " + test + ": " + result + ", on the page " + told);
                }
            });
        }
        if (!different.isEmpty()) {
            throw new AssertionError(
                    "docs/interop.md is old; take the table of lab/interop/target/interop.md: " + different);
        }
    }

    /** The table on the page: results by test and daemon. */
    static Map<String, Map<String, String>> page() throws IOException {
        Map<String, Map<String, String>> page = new TreeMap<>();
        List<String> daemons = List.of();
        for (String line : Files.readAllLines(Path.of("../../docs/interop.md"))) {
            List<String> cells = Stream.of(line.split("\\|")).map(String::strip).toList();
            if (line.startsWith("| |")) {
                daemons = cells.subList(2, cells.size());
            } else if (line.startsWith("| ")) {
                for (int i = 0; i < daemons.size(); i++) {
                    page.computeIfAbsent(cells.get(1), test -> new TreeMap<>()).put(daemons.get(i), cells.get(i + 2));
                }
            }
        }
        return page;
    }

    /** The display name of the class's invocation is the daemon. */
    private static PeerDaemon.Kind kind(ExtensionContext context) {
        Optional<ExtensionContext> at = Optional.of(context);
        while (at.isPresent()) {
            String name = at.get().getDisplayName();
            for (PeerDaemon.Kind kind : PeerDaemon.Kind.values()) {
                if (name.contains(kind.name())) {
                    return kind;
                }
            }
            at = at.get().getParent();
        }
        throw new IllegalStateException("no daemon in " + context.getUniqueId());
    }

    /** {@code theirDeathTakesTheirRoutes} as a sentence. */
    static String sentence(String method) {
        String words = method.replaceAll("(?=[A-Z])", " ")
                .toLowerCase(Locale.ROOT)
                .replace("ipv6 ", "IPv6 ")
                .replace("ipv4 ", "IPv4 ");
        return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }

    private static String table() {
        StringBuilder text = new StringBuilder("| |");
        for (PeerDaemon.Kind kind : PeerDaemon.Kind.values()) {
            text.append(' ').append(kind).append(" |");
        }
        text.append("\n|---|---|---|---|---|\n");
        new TreeMap<>(RESULTS).forEach((test, results) -> {
            text.append("| ").append(test).append(" |");
            for (PeerDaemon.Kind kind : PeerDaemon.Kind.values()) {
                text.append(' ').append(results.getOrDefault(kind, "-")).append(" |");
            }
            text.append('\n');
        });
        return text.toString();
    }
}

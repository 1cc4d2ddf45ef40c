package dev.espalier.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * Keeps what each daemon passed, and writes it to {@code target/interop.md}, from which docs/interop.md is made: a table for each
 * class of {@link #TITLES}. A run whose results are not those on the page fails, so that the page cannot grow old unnoticed;
 * {@link InteropPageTest} does the same for tests that came or went.
 */
final class CapabilityMatrix implements TestWatcher, AfterAllCallback {

    /** The heading of each class's table on the page. */
    static final Map<Class<?>, String> TITLES =
            Map.of(InteropTest.class, "Sessions and routes", CapabilityTest.class, "Capabilities");

    /** By title, test and daemon. */
    private static final Map<String, Map<String, Map<PeerDaemon.Kind, String>>> RESULTS = new TreeMap<>();

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
        RESULTS.computeIfAbsent(title(context), title -> new TreeMap<>())
                .computeIfAbsent(sentence(context.getRequiredTestMethod().getName()), test -> new TreeMap<>())
                .put(kind(context), result);
        try {
            Files.writeString(Path.of("target", "interop.md"), tables());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static String title(ExtensionContext context) {
        return Optional.ofNullable(TITLES.get(context.getRequiredTestClass())).orElseThrow();
    }

    /** The page must say the same of all that ran; a daemon that is not installed has passed nothing, and says nothing. */
    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        String title = title(context);
        Map<String, Map<String, String>> page = page().getOrDefault(title, Map.of());
        Map<String, Map<PeerDaemon.Kind, String>> ran = ran(title);
        List<String> different = new ArrayList<>();
        for (PeerDaemon.Kind kind : PeerDaemon.Kind.values()) {
            boolean installed = ran.values().stream().anyMatch(results -> "passed".equals(results.get(kind)));
            ran.forEach((test, results) -> {
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

    private static synchronized Map<String, Map<PeerDaemon.Kind, String>> ran(String title) {
        return new TreeMap<>(RESULTS.getOrDefault(title, Map.of()));
    }

    /** The tables on the page: results by title, test and daemon. */
    static Map<String, Map<String, Map<String, String>>> page() throws IOException {
        Map<String, Map<String, Map<String, String>>> page = new HashMap<>();
        String title = "";
        List<String> daemons = List.of();
        for (String line : Files.readAllLines(Path.of("../../docs/interop.md"))) {
            List<String> cells = Stream.of(line.split("\\|")).map(String::strip).toList();
            if (line.startsWith("## ")) {
                title = line.substring(3);
            } else if (line.startsWith("| |")) {
                daemons = cells.subList(2, cells.size());
            } else if (line.startsWith("| ")) {
                Map<String, String> row = page.computeIfAbsent(title, any -> new TreeMap<>())
                        .computeIfAbsent(cells.get(1), test -> new TreeMap<>());
                for (int i = 0; i < daemons.size(); i++) {
                    row.put(daemons.get(i), cells.get(i + 2));
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
        String words = method.replaceAll("(?=[A-Z])|(?<=[a-z])(?=4096)", " ")
                .toLowerCase(Locale.ROOT)
                .replace("ipv6 ", "IPv6 ")
                .replace("ipv4 ", "IPv4 ")
                .replace("bfd ", "BFD ");
        return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }

    private static String tables() {
        StringBuilder text = new StringBuilder();
        RESULTS.forEach((title, results) -> {
            text.append("## ").append(title).append("\n\n| |");
            for (PeerDaemon.Kind kind : PeerDaemon.Kind.values()) {
                text.append(' ').append(kind).append(" |");
            }
            text.append("\n|---|---|---|---|---|\n");
            results.forEach((test, byDaemon) -> row(text, test, byDaemon));
            text.append('\n');
        });
        return text.toString();
    }

    private static void row(StringBuilder text, String test, Map<PeerDaemon.Kind, String> results) {
        text.append("| ").append(test).append(" |");
        for (PeerDaemon.Kind kind : PeerDaemon.Kind.values()) {
            text.append(' ').append(results.getOrDefault(kind, "-")).append(" |");
        }
        text.append('\n');
    }
}

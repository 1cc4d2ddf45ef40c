package dev.espalier.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * Keeps what each daemon passed, and writes it as a table to {@code target/interop.md}, from which docs/interop.md is made. One
 * table for a run of all tests.
 */
final class CapabilityMatrix implements TestWatcher {

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
    private static String sentence(String method) {
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

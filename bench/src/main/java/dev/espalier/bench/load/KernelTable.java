package dev.espalier.bench.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The kernel's main IPv4 table in this network namespace. It is counted, whoever fills it: listening to the kernel's notifications would cost
 * the kernel, and so whoever is measured, for each route.
 */
final class KernelTable {

    private static final Path STATISTICS = Path.of("/proc/net/fib_triestat");

    private KernelTable() {}

    /**
     * How many prefixes it holds; takes some ten milliseconds for a million.
     *
     * @throws UsageException when the kernel does not tell
     */
    static int prefixes() {
        if (!Files.isReadable(STATISTICS)) {
            throw new UsageException(
                    "the kernel has no " + STATISTICS + " (CONFIG_IP_FIB_TRIE_STATS): its table cannot be watched");
        }
        try {
            return prefixes(Files.readString(STATISTICS));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** What such a text says of the table {@code Main}; without local rules it is told as {@code Main} and the local one as well. */
    static int prefixes(String statistics) {
        return statistics
                .lines()
                .dropWhile(line -> !line.equals("Main:"))
                .map(String::strip)
                .filter(line -> line.startsWith("Prefixes:"))
                .findFirst()
                .map(line ->
                        Integer.parseInt(line.substring("Prefixes:".length()).strip()))
                .orElse(0);
    }
}

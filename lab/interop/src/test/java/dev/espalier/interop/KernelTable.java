package dev.espalier.interop;

import dev.espalier.lab.Namespace;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The routes of one origin in the main table of a namespace, as {@code ip route} shows them. */
final class KernelTable {

    private KernelTable() {}

    /** Prefix and next hops, of both families. */
    static Map<String, String> of(Namespace namespace, String protocol) throws IOException {
        Map<String, String> routes = new HashMap<>();
        for (String family : List.of("-4", "-6")) {
            Process shown = namespace.start(
                    new ProcessBuilder("ip", family, "route", "show", "table", "main", "proto", protocol));
            try (BufferedReader lines = shown.inputReader()) {
                String prefix = "";
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    List<String> words = List.of(line.strip().split(" +"));
                    // The members of a group of next hops follow on lines of their own.
                    prefix = words.getFirst().equals("nexthop") ? prefix : family + " " + words.getFirst();
                    routes.merge(prefix, via(words), (before, next) -> (before + " " + next).strip());
                }
            }
        }
        return routes;
    }

    private static String via(List<String> words) {
        int at = words.indexOf("via");
        return at < 0 ? "" : words.get(at + 1);
    }

    /**
     * How many routes of all origins there are, but for link-local and multicast ones. Cheap enough to ask while routes are being
     * written, because the kernel only counts.
     */
    static long count(Namespace namespace) {
        // As long as nobody has made policy rules, the local table is the main one and would be counted twice.
        String counted = namespace.exec(
                "sh",
                "-c",
                "awk '/^Main:/ {main = 1} /^Local:/ {main = 0} main && /Prefixes:/ {print $2}' /proc/net/fib_triestat;"
                        + " grep -cv -e ^fe80 -e ^ff00 /proc/net/ipv6_route");
        return counted.lines().mapToLong(Long::parseLong).sum();
    }
}

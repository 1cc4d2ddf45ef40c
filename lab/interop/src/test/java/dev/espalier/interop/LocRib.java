package dev.espalier.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.net.Community;
import dev.espalier.net.ExtendedCommunity;
import dev.espalier.net.Ipv4Address;
import dev.espalier.transport.client.HttpReply;
import dev.espalier.transport.client.UnixHttpClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The best routes of a daemon, in words that do not depend on whose they are. */
final class LocRib {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern TUPLE = Pattern.compile("\\(([^)]*)\\)");

    /** A blank between braces. */
    private static final Pattern SET_BLANK = Pattern.compile(" (?=[^{}]*\\})");

    private LocRib() {}

    // ---- ours

    /** By the API of the daemon behind a socket: prefix and {@link #line}. */
    static Map<String, String> ofEspalier(Path socket) throws IOException {
        Map<String, String> routes = new HashMap<>();
        try (HttpReply reply = new UnixHttpClient(socket).get("/api/v1/routes?view=best");
                MappingIterator<JsonNode> all = JSON.readerFor(JsonNode.class).readValues(reply.body())) {
            while (all.hasNext()) {
                JsonNode route = all.next();
                routes.put(
                        route.path("prefix").asText(),
                        line(route.path("paths").path(0).path("attributes")));
            }
        }
        return routes;
    }

    private static String line(JsonNode attributes) {
        return line(Stream.of(
                        "nextHop",
                        "asPath",
                        "origin",
                        "med",
                        "localPref",
                        "communities",
                        "extendedCommunities",
                        "largeCommunities",
                        "atomicAggregate",
                        "aggregator",
                        "originatorId",
                        "clusterList",
                        "unknown")
                .collect(Collectors.toMap(name -> name, name -> text(attributes.path(name)))));
    }

    private static String text(JsonNode value) {
        if (value.isNull()) {
            return "";
        }
        return value.isArray()
                ? value.valueStream()
                        .map(JsonNode::asText)
                        .map(LocRib::shortForm)
                        .collect(Collectors.joining(" "))
                : value.asText();
    }

    /** BIRD shows a small AS in the four-octet form of an extended community as it shows the two-octet form; Espalier tells them apart. */
    private static String shortForm(String text) {
        if (!text.matches("0x020[23]0000[0-9a-f]{8}")) {
            return text;
        }
        long bits = Long.decode(text);
        return (text.charAt(5) == '2' ? "rt:" : "soo:") + (bits >>> 16 & 0xFFFF) + ":" + (bits & 0xFFFF);
    }

    // ---- BIRD's

    /** By {@code show route all}: prefix and {@link #line}. */
    static Map<String, String> ofBird(BufferedReader shown) throws IOException {
        Map<String, String> routes = new HashMap<>();
        Map<String, String> attributes = new HashMap<>();
        String prefix = "";
        for (String line = shown.readLine(); line != null; line = shown.readLine()) {
            if (line.startsWith("\tBGP.")) {
                int colon = line.indexOf(':');
                put(
                        attributes,
                        line.substring("\tBGP.".length(), colon),
                        line.substring(colon + 1).strip());
            } else if (line.contains("[feeder ")) {
                routes.put(prefix, line(attributes));
                attributes = new HashMap<>(Map.of("atomicAggregate", "false"));
                prefix = line.substring(0, line.indexOf(' '));
            }
        }
        routes.put(prefix, line(attributes));
        routes.remove("");
        return routes;
    }

    private static void put(Map<String, String> attributes, String name, String value) {
        switch (name) {
            case "next_hop" -> attributes.put("nextHop", value.split(" ")[0]);
            // the members of a set: {1 2} where ours is {1,2}
            case "as_path" -> attributes.put("asPath", SET_BLANK.matcher(value).replaceAll(","));
            case "origin" -> attributes.put("origin", value.toLowerCase(Locale.ROOT));
            case "med" -> attributes.put("med", value);
            case "local_pref" -> attributes.put("localPref", value);
            case "community" ->
                attributes.put(
                        "communities", tuples(value).map(LocRib::community).collect(Collectors.joining(" ")));
            case "ext_community" ->
                attributes.put(
                        "extendedCommunities",
                        tuples(value).map(LocRib::extended).collect(Collectors.joining(" ")));
            case "large_community" ->
                attributes.put("largeCommunities", tuples(value).collect(Collectors.joining(" ")));
            case "atomic_aggr" -> attributes.put("atomicAggregate", "true");
            // 192.0.2.1 AS64500
            case "aggregator" -> attributes.put("aggregator", value.replaceFirst("(\\S+) AS(\\d+)", "$2 $1"));
            case "originator_id" -> attributes.put("originatorId", value);
            case "cluster_list" -> attributes.put("clusterList", value);
            // BGP.14 [t]: 00 01, both hexadecimal
            default ->
                attributes.merge(
                        "unknown",
                        "attribute %d (%s)".formatted(Integer.parseInt(name.split(" ")[0], 16), value.replace(" ", "")),
                        (one, other) -> one + " " + other);
        }
    }

    /** {@code (65001,5) (65001,6)} as {@code 65001:5}, {@code 65001:6}. */
    private static Stream<String> tuples(String text) {
        Matcher matcher = TUPLE.matcher(text);
        return matcher.results().map(tuple -> tuple.group(1).replace(" ", "").replace(',', ':'));
    }

    /** Ours have names where RFC 1997 gives them one. */
    private static String community(String pair) {
        List<String> halves = List.of(pair.split(":"));
        return new Community(Integer.parseInt(halves.get(0)) << 16 | Integer.parseInt(halves.get(1))).toString();
    }

    /** {@code ro:64500:1} as {@code soo:64500:1}; {@code generic:0x43000000:0x1}, which neither can name, as its 16 digits. */
    private static String extended(String tuple) {
        List<String> parts = List.of(tuple.split(":"));
        return switch (parts.getFirst()) {
            case "ro" -> "soo" + tuple.substring("ro".length());
            case "generic" -> "0x%08x%08x".formatted(Long.decode(parts.get(1)), Long.decode(parts.get(2)));
            default -> tuple.startsWith("unknown") ? numbered(parts) : tuple;
        };
    }

    /** {@code unknown0x10a:192.0.2.1:5}, a type whose form BIRD knows but not its name, as we write it (RFC 4360 section 3). */
    private static String numbered(List<String> parts) {
        long type = Long.decode(parts.get(0).substring("unknown".length()));
        String administrator = parts.get(1);
        long high = administrator.contains(".")
                ? Integer.toUnsignedLong(Ipv4Address.parse(administrator).value())
                : Long.parseLong(administrator);
        boolean twoOctetAs = type >> 8 == 0;
        String digits = "0x%016x".formatted(type << 48 | high << (twoOctetAs ? 32 : 16) | Long.parseLong(parts.get(2)));
        return ExtendedCommunity.parse(digits).toString(); // we have names for some types that BIRD has none for
    }

    // ---- both

    /**
     * All attributes by name; communities are sets. For a route of an external neighbour, whose LOCAL_PREF is for the receiver to
     * choose (RFC 4271 section 5.1.5), BIRD writes down its default of 100, and Espalier nothing, which counts as 100.
     */
    private static String line(Map<String, String> attributes) {
        if (attributes.getOrDefault("localPref", "").isEmpty()) {
            attributes.put("localPref", "100");
        }
        return Stream.of(
                                "nextHop",
                                "asPath",
                                "origin",
                                "med",
                                "localPref",
                                "atomicAggregate",
                                "aggregator",
                                "originatorId",
                                "clusterList",
                                "unknown")
                        .map(name -> name + "=" + attributes.getOrDefault(name, ""))
                        .collect(Collectors.joining(", "))
                + Stream.of("communities", "extendedCommunities", "largeCommunities")
                        .map(name -> ", " + name + "="
                                + new TreeSet<>(List.of(
                                        attributes.getOrDefault(name, "").split(" "))))
                        .collect(Collectors.joining());
    }
}

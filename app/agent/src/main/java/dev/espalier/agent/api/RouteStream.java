package dev.espalier.agent.api;

import dev.espalier.agent.api.ApiProblem.Refusal;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.transport.HttpRequest;
import dev.espalier.transport.HttpResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Routes as a stream of JSON: an array with one route a line, or only the lines for a client that prefers them. The text of a
 * full table never stands in memory.
 */
final class RouteStream {

    /** What may be asked. */
    static final List<String> PARAMETERS = List.of("prefix", "match", "family", "instance", "peer", "view", "limit");

    private static final String LINES = "application/x-ndjson";
    private static final List<String> FAMILIES = List.of("ipv4", "ipv6");

    private final Daemon daemon;

    RouteStream(Daemon daemon) {
        this.daemon = daemon;
    }

    /** All that can be wrong with the question is found before the first octet of the answer fixes its status. */
    HttpResponse answer(HttpRequest request) {
        RouteQuery query = query(request);
        requireInstance(query.instance());
        requirePeer(query.peer());
        String accepted = request.header("accept");
        return accepted != null && accepted.contains(LINES)
                ? HttpResponse.streamed(200, LINES, out -> writeLines(query, out))
                : HttpResponse.streamed(200, "application/json", out -> writeArray(query, out));
    }

    // ---- the question

    private static RouteQuery query(HttpRequest request) {
        String prefix = request.parameter("prefix");
        String instance = request.parameter("instance");
        RouteQuery.Match match = word(request, "match", RouteQuery.Match.values(), RouteQuery.Match.EXACT);
        requirePrefix(prefix, match);
        return new RouteQuery(
                instance == null ? "default" : instance,
                prefix,
                match,
                family(request.parameter("family")),
                request.parameter("peer"),
                word(request, "view", RouteQuery.View.values(), RouteQuery.View.BEST),
                limit(request.parameter("limit")));
    }

    /** One of the words of an enum, written small and with dashes. */
    private static <E extends Enum<E>> E word(HttpRequest request, String parameter, E[] words, E otherwise) {
        String given = request.parameter(parameter);
        if (given == null) {
            return otherwise;
        }
        List<String> known = Arrays.stream(words)
                .map(word -> word.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .toList();
        int index = known.indexOf(given);
        if (index < 0) {
            throw new Refusal(
                    400,
                    "The parameter " + parameter + " is one of " + String.join(", ", known) + ", not '" + given + "'.");
        }
        return words[index];
    }

    private static void requirePrefix(@Nullable String prefix, RouteQuery.Match match) {
        if (prefix == null) {
            if (match != RouteQuery.Match.EXACT) {
                throw new Refusal(400, "The parameter match needs a prefix to compare with; add prefix=.");
            }
            return;
        }
        try {
            if (prefix.indexOf('/') < 0) {
                IpAddress.parse(prefix);
            } else {
                IpPrefix.parse(prefix);
            }
        } catch (IllegalArgumentException malformed) {
            throw new Refusal(400, "The parameter prefix: " + malformed.getMessage() + ".");
        }
    }

    private static @Nullable String family(@Nullable String family) {
        if (family != null && !FAMILIES.contains(family)) {
            throw new Refusal(400, "The parameter family is one of ipv4, ipv6, not '" + family + "'.");
        }
        return family;
    }

    private static int limit(@Nullable String limit) {
        if (limit == null) {
            return 0;
        }
        if (limit.isEmpty() || limit.length() > 9 || !limit.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new Refusal(400, "The parameter limit is a number of prefixes, 0 for all, not '" + limit + "'.");
        }
        return Integer.parseInt(limit);
    }

    private void requireInstance(String name) {
        List<String> known = daemon.status().instances().stream()
                .map(StatusView.Instance::name)
                .toList();
        if (!known.contains(name)) {
            throw new Refusal(
                    404,
                    "There is no routing instance '" + name + "'; there "
                            + (known.isEmpty() ? "is none." : "is " + String.join(", ", known) + "."));
        }
    }

    private void requirePeer(@Nullable String peer) {
        if (peer != null
                && daemon.peers().stream().noneMatch(view -> peer.equals(view.name()) || peer.equals(view.address()))) {
            throw new Refusal(404, "There is no peer of the name or address '" + peer + "'.");
        }
    }

    // ---- the answer

    private void writeLines(RouteQuery query, OutputStream out) throws IOException {
        write(query, route -> out.write(ApiJson.octets(route)));
    }

    private void writeArray(RouteQuery query, OutputStream out) throws IOException {
        byte[] comma = {','};
        boolean[] first = {true};
        out.write('[');
        out.write('\n');
        write(query, route -> {
            if (!first[0]) {
                out.write(comma);
            }
            first[0] = false;
            out.write(ApiJson.octets(route));
        });
        out.write("]\n".getBytes(StandardCharsets.US_ASCII));
    }

    @FunctionalInterface
    private interface RouteWriter {
        void write(RouteView route) throws IOException;
    }

    private void write(RouteQuery query, RouteWriter writer) throws IOException {
        try {
            daemon.routes(query, route -> {
                try {
                    writer.write(route);
                } catch (IOException clientGone) {
                    throw new UncheckedIOException(clientGone);
                }
            });
        } catch (UncheckedIOException wrapped) {
            throw wrapped.getCause();
        } catch (Daemon.RequestException changed) {
            // The instance went away after it was looked for: the answer ends early, which a client can tell from its
            // end.
            throw new IOException(changed);
        }
    }
}

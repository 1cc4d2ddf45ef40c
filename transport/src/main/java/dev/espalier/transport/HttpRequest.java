package dev.espalier.transport;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks. Immutable but for the body's octets, which nobody else holds.
 *
 * @param method in capitals, such as {@code GET}
 * @param path the decoded path, without the query
 * @param segments the parts of the path between its slashes, each decoded by itself, so that a prefix fits into one as
 *     {@code 10.0.0.0%2F8}
 * @param query the decoded parameters, each with its values in order
 * @param headers by name in lower case; values of repeated headers are joined by {@code ", "}
 * @param body the octets of the body; empty when there is none
 * @param peerUid the user id of the process at the other end of a Unix socket, as the kernel knows it; -1 for TCP
 */
@SuppressWarnings("ArrayRecordComponent") // carried from a socket to a handler, never compared
public record HttpRequest(
        String method,
        String path,
        List<String> segments,
        Map<String, List<String>> query,
        Map<String, String> headers,
        byte[] body,
        int peerUid) {

    /** The first value of a query parameter, or null when it is missing. */
    public @Nullable String parameter(String name) {
        List<String> values = query.get(name);
        return values == null || values.isEmpty() ? null : values.getFirst();
    }

    /** A header's value, or null when it is missing; the case of the name does not matter. */
    public @Nullable String header(String name) {
        return headers.get(name.toLowerCase(Locale.ROOT));
    }
}

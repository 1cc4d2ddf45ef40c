package dev.espalier.transport;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a client gets.
 *
 * @param status 200 to 599
 * @param contentType such as {@code application/json}
 * @param headers further headers
 * @param body what follows
 */
public record HttpResponse(int status, String contentType, Map<String, String> headers, Body body) {

    /** How the body comes to be. */
    public sealed interface Body {
        /** All at once. */
        @SuppressWarnings("ArrayRecordComponent") // carried from a handler to a socket, never compared
        record Octets(byte[] octets) implements Body {}

        /** Written as it is made, however long. */
        record Streamed(BodyWriter writer) implements Body {}

        /** Server-sent events, until one side ends them. */
        record Events(EventSource source) implements Body {}
    }

    /** Writes a long body. */
    @FunctionalInterface
    public interface BodyWriter {
        /**
         * Writes the body, on the virtual thread of the request. The stream blocks while the client is slow.
         *
         * @throws IOException passed on from the stream: the client went away, or took nothing for half a minute
         */
        void write(OutputStream out) throws IOException;
    }

    /** Begins a stream of events. */
    @FunctionalInterface
    public interface EventSource {
        /** The stream is open; called once, on the virtual thread of the request, and may return while the stream goes on. */
        void opened(EventStream stream);
    }

    /** A whole body. */
    public static HttpResponse of(int status, String contentType, byte[] octets) {
        return new HttpResponse(status, contentType, Map.of(), new Body.Octets(octets));
    }

    /** A text for people. */
    public static HttpResponse text(int status, String text) {
        return of(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    }

    /** A body that is written as it is made. */
    public static HttpResponse streamed(int status, String contentType, BodyWriter writer) {
        return new HttpResponse(status, contentType, Map.of(), new Body.Streamed(writer));
    }

    /** Server-sent events. */
    public static HttpResponse events(EventSource source) {
        return new HttpResponse(200, "text/event-stream", Map.of("cache-control", "no-store"), new Body.Events(source));
    }

    /** This response with one more header. */
    public HttpResponse with(String name, String value) {
        Map<String, String> more = new TreeMap<>(headers);
        more.put(name, value);
        return new HttpResponse(status, contentType, Map.copyOf(more), body);
    }
}

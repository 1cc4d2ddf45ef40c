package dev.espalier.transport.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The agent's answer, whose body may still be on its way. Close it to close the connection. One thread. */
public final class HttpReply implements AutoCloseable {

    private final int status;
    private final Map<String, String> headers;
    private final InputStream body;
    private final SocketChannel channel;

    HttpReply(int status, Map<String, String> headers, InputStream body, SocketChannel channel) {
        this.status = status;
        this.headers = headers;
        this.body = body;
        this.channel = channel;
    }

    /** The status code, 200 to 599. */
    public int status() {
        return status;
    }

    /**
     * A header's value, or null when it is missing.
     *
     * @param name in lower case
     */
    public @Nullable String header(String name) {
        return headers.get(name);
    }

    /** The body as it arrives; ends with an error when the connection does before the body. */
    public InputStream body() {
        return body;
    }

    /** The whole body as text. */
    public String text() throws IOException {
        return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    }

    /** The body's lines as they arrive, for server-sent events; throws {@link UncheckedIOException} when the connection breaks. */
    public Stream<String> lines() {
        return new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8)).lines();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}

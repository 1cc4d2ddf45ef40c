package dev.espalier.transport.client;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Asks the agent over its Unix socket: one request on one connection, blocking. The JDK's own HTTP client cannot do Unix sockets,
 * and takes longer to load than a whole command of ours to run.
 *
 * <p>Any thread; a response belongs to one.
 *
 * @param socket the agent's socket file
 */
public record UnixHttpClient(Path socket) {

    private static final int HEADER_LIMIT = 64 * 1024;

    /** Asks for a page without sending a body. */
    public HttpReply get(String target) throws IOException {
        return send("GET", target, null, new byte[0]);
    }

    /**
     * Sends a request and reads the head of its response. The caller closes the response, which closes the connection.
     *
     * @param target the path and query, already percent-encoded
     * @param contentType what the body is, or null when there is none
     * @throws IOException when nobody answers at the socket, or the answer is not HTTP
     */
    public HttpReply send(String method, String target, @Nullable String contentType, byte[] body) throws IOException {
        if (!target.startsWith("/") || target.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new IllegalArgumentException("'" + target + "' is not a percent-encoded path");
        }
        String head = method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: "
                + body.length + "\r\n" + (contentType == null ? "" : "Content-Type: " + contentType + "\r\n") + "\r\n";
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            IOException unsent = write(channel, head, body);
            return reply(channel, method, unsent);
        } catch (IOException | RuntimeException failed) {
            channel.close();
            throw failed;
        }
    }

    /** A server may refuse a large body before it has read all of it; what it says then matters more than the broken pipe. */
    private static @Nullable IOException write(SocketChannel channel, String head, byte[] body) {
        ByteBuffer[] all = {ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII)), ByteBuffer.wrap(body)};
        try {
            while (all[0].hasRemaining() || all[1].hasRemaining()) {
                channel.write(all);
            }
            return null;
        } catch (IOException broken) {
            return broken;
        }
    }

    private static HttpReply reply(SocketChannel channel, String method, @Nullable IOException unsent)
            throws IOException {
        InputStream in = new BufferedInputStream(Channels.newInputStream(channel), 16 * 1024);
        int status;
        Map<String, String> headers;
        try {
            do {
                status = status(line(in));
                headers = headers(in);
            } while (status >= 100 && status < 200); // interim answers, such as 100 Continue
        } catch (IOException unreadable) {
            if (unsent != null) {
                unsent.addSuppressed(unreadable);
                throw unsent;
            }
            throw unreadable;
        }
        return new HttpReply(status, headers, body(in, method, status, headers), channel);
    }

    private static InputStream body(InputStream in, String method, int status, Map<String, String> headers)
            throws IOException {
        if (method.equals("HEAD") || status == 204 || status == 304) {
            return InputStream.nullInputStream();
        }
        if (headers.getOrDefault("transfer-encoding", "").equalsIgnoreCase("chunked")) {
            return new BodyStream(in, BodyStream.CHUNKED);
        }
        String length = headers.get("content-length");
        try {
            return length == null ? in : new BodyStream(in, Long.parseLong(length));
        } catch (NumberFormatException malformed) {
            throw new IOException("the agent's answer has a Content-Length of '" + length + "'", malformed);
        }
    }

    private static int status(String line) throws IOException {
        // HTTP/1.1 200 OK
        if (line.startsWith("HTTP/1.") && line.length() >= 12) {
            try {
                return Integer.parseInt(line.substring(9, 12));
            } catch (NumberFormatException malformed) {
                throw new IOException("the answer does not begin like HTTP: '" + line + "'", malformed);
            }
        }
        throw new IOException("the answer does not begin like HTTP: '" + line + "'");
    }

    private static Map<String, String> headers(InputStream in) throws IOException {
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
        }
        return headers;
    }

    /** A line of a head, without its end. */
    static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(80);
        for (int octet = in.read(); octet != '\n'; octet = in.read()) {
            if (octet < 0) {
                throw new EOFException("the agent closed the connection before its answer was complete");
            }
            if (line.size() > HEADER_LIMIT) {
                throw new IOException("the agent's answer has a header line of more than " + HEADER_LIMIT + " octets");
            }
            line.write(octet);
        }
        String text = line.toString(StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }
}

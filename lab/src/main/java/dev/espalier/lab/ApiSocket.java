package dev.espalier.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Asks a daemon's API on its Unix socket. A socket on the file system is reached from every network namespace, and asking this way
 * costs a thousandth of starting {@code espalier status}.
 *
 * @param path the socket
 */
record ApiSocket(Path path) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * Gets a resource.
     *
     * @throws LabException when nobody answers, or not with 200 and JSON
     */
    JsonNode get(String resource) {
        String answer;
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(path));
            String request =
                    "GET %s HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\nConnection: close\r\n\r\n"
                            .formatted(resource);
            channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
            answer = readAll(channel);
        } catch (IOException unreachable) {
            throw new LabException("no answer on " + path + ": " + unreachable.getMessage(), unreachable);
        }
        int endOfHead = answer.indexOf("\r\n\r\n");
        if (endOfHead < 0 || !answer.startsWith("HTTP/1.1 200")) {
            throw new LabException("%s on %s answered '%s'"
                    .formatted(resource, path, answer.lines().findFirst().orElse("")));
        }
        String body = answer.substring(endOfHead + 4);
        boolean chunked =
                answer.substring(0, endOfHead).toLowerCase(Locale.ROOT).contains("transfer-encoding: chunked");
        try {
            return JSON.readTree((chunked ? joined(body) : body).getBytes(StandardCharsets.ISO_8859_1));
        } catch (IOException malformed) {
            throw new LabException(resource + " on " + path + " answered with no JSON", malformed);
        }
    }

    /** One character per octet: sizes of chunks count octets. */
    private static String readAll(SocketChannel channel) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(8192);
        while (channel.read(buffer) >= 0) {
            all.write(buffer.array(), 0, buffer.position());
            buffer.clear();
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    /** The chunks of RFC 9112 section 7.1, without their sizes. */
    private static String joined(String chunks) {
        StringBuilder body = new StringBuilder();
        int position = 0;
        while (position < chunks.length()) {
            int endOfSize = chunks.indexOf("\r\n", position);
            int size = endOfSize < 0 ? 0 : Integer.parseInt(chunks.substring(position, endOfSize), 16);
            if (size == 0) {
                break;
            }
            body.append(chunks, endOfSize + 2, endOfSize + 2 + size);
            position = endOfSize + 2 + size + 2;
        }
        return body.toString();
    }
}

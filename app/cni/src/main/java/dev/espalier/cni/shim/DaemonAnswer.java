package dev.espalier.cni.shim;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** What came over the daemon's socket, read as HTTP (RFC 9112). Immutable; the body belongs to whoever asks. */
final class DaemonAnswer {

    private static final int OK = 200;
    private static final String STATUS_LINE = "HTTP/1.1 200 ";

    private final int status;
    private final boolean json;
    private final byte[] body;

    private DaemonAnswer(int status, boolean json, byte[] body) {
        this.status = status;
        this.json = json;
        this.body = body;
    }

    /**
     * Reads an answer.
     *
     * @param octets all that came until the connection was closed
     * @throws IOException when it is not HTTP, or less came than the answer says: half a result is none. An answer that does not say how
     *     long it is, which the daemon's never do, counts as such
     */
    static DaemonAnswer of(byte[] octets) throws IOException {
        // One character per octet, so that positions are the same.
        String text = new String(octets, StandardCharsets.ISO_8859_1);
        int endOfHead = text.indexOf("\r\n\r\n");
        if (endOfHead < STATUS_LINE.length() || !text.startsWith("HTTP/1.")) {
            throw new IOException("what came is not HTTP");
        }
        String head = text.substring(0, endOfHead + 2).toLowerCase(Locale.ROOT);
        int start = endOfHead + 4;
        if (number(header(head, "content-length")) != octets.length - start) {
            throw new EOFException("it ended the connection before its answer was complete");
        }
        byte[] body = new byte[octets.length - start];
        System.arraycopy(octets, start, body, 0, body.length);
        int status = number(head.substring(STATUS_LINE.length() - 4, STATUS_LINE.length() - 1));
        return new DaemonAnswer(status, header(head, "content-type").startsWith("application/json"), body);
    }

    /** Whether the call succeeded; the body is its result. */
    boolean isSuccess() {
        return status == OK;
    }

    /** Whether the call failed, with an error of CNI as body. */
    boolean isError() {
        return !isSuccess() && json && new String(body, StandardCharsets.ISO_8859_1).contains("\"code\"");
    }

    int status() {
        return status;
    }

    byte[] body() {
        return body;
    }

    /** A header's value; empty when it is missing. */
    private static String header(String head, String name) {
        String start = "\r\n" + name + ":";
        int at = head.indexOf(start);
        return at < 0
                ? ""
                : head.substring(at + start.length(), head.indexOf("\r\n", at + 2))
                        .strip();
    }

    /** A number that is not negative; -1 when it is none. */
    private static int number(String digits) {
        try {
            return Integer.parseUnsignedInt(digits);
        } catch (NumberFormatException none) {
            return -1;
        }
    }
}

package dev.espalier.transport.client;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * The octets of a body whose end is known: by a length, or chunk by chunk (RFC 9112 section 7.1). A body that ends early is an
 * error, so that half a table is never taken for the whole.
 */
final class BodyStream extends InputStream {

    /** Given as a length: the body comes in chunks. */
    static final long CHUNKED = -1;

    private final InputStream in;
    private final boolean chunked;
    /** What is left of the chunk, or of the body. */
    private long left;

    private boolean started;
    private boolean ended;

    BodyStream(InputStream in, long length) {
        this.in = in;
        this.chunked = length == CHUNKED;
        this.left = chunked ? 0 : length;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (left == 0 && !nextChunk()) {
            return -1;
        }
        int count = in.read(target, offset, (int) Math.min(length, left));
        if (count < 0) {
            throw new EOFException("the agent ended its answer early");
        }
        left -= count;
        return count;
    }

    /** Only what is here already: a reader of lines must get an event before the next one comes. */
    @Override
    public int available() throws IOException {
        return (int) Math.min(left, in.available());
    }

    private boolean nextChunk() throws IOException {
        if (!chunked || ended) {
            return false;
        }
        if (started) {
            UnixHttpClient.line(in); // the line end behind the chunk's octets
        }
        started = true;
        left = chunkSize(UnixHttpClient.line(in));
        if (left == 0) {
            ended = true;
            skipTrailers();
        }
        return !ended;
    }

    private void skipTrailers() throws IOException {
        String line = UnixHttpClient.line(in);
        while (!line.isEmpty()) {
            line = UnixHttpClient.line(in);
        }
    }

    private static long chunkSize(String line) throws IOException {
        int extension = line.indexOf(';');
        String digits = (extension < 0 ? line : line.substring(0, extension)).strip();
        try {
            return Long.parseUnsignedLong(digits, 16);
        } catch (NumberFormatException malformed) {
            throw new IOException("the agent's answer has a chunk of size '" + line + "'", malformed);
        }
    }
}

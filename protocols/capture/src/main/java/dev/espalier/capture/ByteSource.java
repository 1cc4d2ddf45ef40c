package dev.espalier.capture;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A stream of octets with a place, a short look ahead, and no exceptions: where the stream breaks, it ends, and
 * {@link #failure()} says why. One thread.
 */
final class ByteSource {

    private static final int CHUNK = 1 << 16;

    private final InputStream in;
    private byte[] buffer = new byte[CHUNK];
    private int at;
    private int end;
    private long bufferOffset;
    private boolean exhausted;
    private @Nullable String failure;

    ByteSource(InputStream in) {
        this.in = in;
    }

    /** Recognises the header of a record. */
    @FunctionalInterface
    interface HeaderTest {
        /** Whether one seems to begin at an index of a buffer. */
        boolean test(byte[] octets, int at);
    }

    /** How many octets have been taken so far. */
    long position() {
        return bufferOffset + at;
    }

    /** Why the stream ended before its time; null when it has not. */
    @Nullable
    String failure() {
        return failure;
    }

    /** Makes up to this many octets, at most 65536, available to {@link #peek}, and says how many there are. */
    int ensure(int wanted) {
        if (end - at >= wanted) {
            return wanted;
        }
        System.arraycopy(buffer, at, buffer, 0, end - at);
        bufferOffset += at;
        end -= at;
        at = 0;
        while (end < wanted && !exhausted) {
            fill();
        }
        return Math.min(wanted, end);
    }

    private void fill() {
        try {
            int read = in.read(buffer, end, buffer.length - end);
            if (read < 0) {
                exhausted = true;
            } else {
                end += read;
            }
        } catch (IOException broken) {
            String message = broken.getMessage();
            failure = message == null ? broken.getClass().getSimpleName() : message;
            exhausted = true;
        }
    }

    /** An octet ahead that {@link #ensure} has made available: 0 is the next one. */
    int peek(int ahead) {
        return buffer[at + ahead] & 0xFF;
    }

    /** The next octet; -1 at the end. */
    int take() {
        return ensure(1) == 1 ? buffer[at++] & 0xFF : -1;
    }

    /** The next octets; fewer when the stream ends. Memory grows with what is there, not with what is asked for. */
    byte[] take(int count) {
        byte[] octets = new byte[Math.min(count, CHUNK)];
        int filled = 0;
        while (filled < count && ensure(1) == 1) {
            int part = Math.min(end - at, count - filled);
            if (filled + part > octets.length) {
                octets = Arrays.copyOf(octets, Math.min(count, Math.max(filled + part, 2 * octets.length)));
            }
            System.arraycopy(buffer, at, octets, filled, part);
            at += part;
            filled += part;
        }
        return filled == octets.length ? octets : Arrays.copyOf(octets, filled);
    }

    /**
     * Goes on octet by octet, at least one, until a header seems to begin.
     *
     * @param length how many octets the test looks at
     * @return whether one was found; if not, the stream is at its end
     */
    boolean seek(int length, HeaderTest header) {
        while (ensure(1) == 1) {
            at++;
            if (ensure(length) < length) {
                at = end;
                return false;
            }
            if (header.test(buffer, at)) {
                return true;
            }
        }
        return false;
    }
}

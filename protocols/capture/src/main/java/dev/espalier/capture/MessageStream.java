package dev.espalier.capture;

import dev.espalier.bgp.wire.Message;
import java.util.Arrays;

/** Cuts the octets that one end sent into messages, and finds its way back by the marker when something was missing. */
final class MessageStream {

    private static final int MARKER = 16;
    private static final int LENGTH_AT = 16;
    private static final int TYPE_AT = 18;
    private static final int MAX_TYPE = 5;

    private byte[] buffer = new byte[Message.MAX_LENGTH];
    private int at;
    private int end;
    /** Whether the next octet is known to begin a message. */
    private boolean synchronised;
    /** How many octets have been passed over since it was not. */
    private long skipped;

    /** The next octet is the first of the connection. */
    void begin() {
        at = 0;
        end = 0;
        skipped = 0;
        synchronised = true;
    }

    void feed(byte[] octets, int from, TcpStream.Output output) {
        append(octets, from);
        while (true) {
            if (!synchronised && !synchronise(output)) {
                return;
            }
            if (end - at < Message.HEADER_LENGTH) {
                return;
            }
            if (!isHeader(at, false)) {
                output.problem("there is no marker and sensible length where a message should begin");
                synchronised = false;
                skip(1);
                continue;
            }
            int length = length(at);
            if (end - at < length) {
                return;
            }
            output.message(Arrays.copyOfRange(buffer, at, at + length));
            at += length;
        }
    }

    private void append(byte[] octets, int from) {
        int count = octets.length - from;
        if (end + count > buffer.length) {
            int kept = end - at;
            byte[] target = kept + count > buffer.length ? new byte[Math.max(kept + count, 2 * buffer.length)] : buffer;
            System.arraycopy(buffer, at, target, 0, kept);
            buffer = target;
            at = 0;
            end = kept;
        }
        System.arraycopy(octets, from, buffer, end, count);
        end += count;
    }

    private boolean synchronise(TcpStream.Output output) {
        while (end - at >= Message.HEADER_LENGTH) {
            if (isHeader(at, true)) {
                if (skipped > 0) {
                    output.problem(skipped + " octets are passed over to the next marker");
                }
                skipped = 0;
                synchronised = true;
                return true;
            }
            skip(1);
        }
        return false;
    }

    private void skip(int count) {
        at += count;
        skipped += count;
    }

    /** Where a header is looked for, its type must be a known one too: a payload may have many ones. */
    private boolean isHeader(int index, boolean knownType) {
        for (int i = 0; i < MARKER; i++) {
            if (buffer[index + i] != (byte) 0xFF) {
                return false;
            }
        }
        int type = buffer[index + TYPE_AT] & 0xFF;
        return length(index) >= Message.HEADER_LENGTH && (!knownType || type >= 1 && type <= MAX_TYPE);
    }

    private int length(int index) {
        return (buffer[index + LENGTH_AT] & 0xFF) << 8 | buffer[index + LENGTH_AT + 1] & 0xFF;
    }

    /** So many octets are missing. */
    void gap(long missing, TcpStream.Output output) {
        if (missing <= 0) {
            return;
        }
        String lost = synchronised && end > at
                ? ", and with them the message whose first " + (end - at) + " octets are there"
                : "";
        output.problem("the capture lacks " + missing + " octets of the stream" + lost);
        skipped += end - at;
        at = end;
        synchronised = false;
    }

    /** Nothing more will come. */
    void end(TcpStream.Output output) {
        long left = skipped + (end - at);
        if (synchronised && end > at) {
            output.problem(
                    "the recording of the stream ends within a message, whose first " + left + " octets are there");
        } else if (left > 0) {
            output.problem("the last " + left + " octets of the stream have no marker among them");
        }
        at = 0;
        end = 0;
        skipped = 0;
        synchronised = false;
    }
}

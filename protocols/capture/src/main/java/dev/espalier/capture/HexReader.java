package dev.espalier.capture;

import dev.espalier.bgp.wire.Message;
import dev.espalier.bgp.wire.SessionOptions;
import dev.espalier.capture.CaptureRecord.BgpMessageRecord;
import dev.espalier.capture.CaptureRecord.Problem;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * BGP messages as hexadecimal digits: one message a line (or several, if they have their markers), spaces and colons as one
 * likes, {@code #} before a comment. A message may lack its marker, or its header if it is an UPDATE.
 */
final class HexReader implements RecordReader {

    private static final int MARKER = 16;
    private static final int UPDATE = 2;
    /** An extended message with two separators after each octet, and some more. */
    private static final int MAX_LINE = 1 << 18;

    private final ByteSource in;
    private long lines;
    private Place place = new Place(Source.HEX, 0, 0, null);

    HexReader(ByteSource in) {
        this.in = in;
    }

    /** Whether the file begins with text; every other format has a zero among its first octets. An empty file is text. */
    static boolean begins(ByteSource in, int length) {
        for (int i = 0; i < length; i++) {
            int c = in.peek(i);
            if (c < ' ' && c != '\t' && c != '\r' && c != '\n') {
                return false;
            }
        }
        return true;
    }

    private static boolean isSeparator(int c) {
        return c == ' ' || c == '\t' || c == ':' || c == '\r';
    }

    @Override
    public Place place() {
        return place;
    }

    @Override
    public boolean read(Consumer<CaptureRecord> sink) {
        if (in.ensure(1) == 0) {
            return false;
        }
        lines++;
        place = new Place(Source.HEX, lines, in.position(), null);
        byte[] line = line();
        if (line.length > MAX_LINE) {
            sink.accept(new Problem(place, null, MAX_LINE, "the line is longer than any message"));
            return true;
        }
        try {
            byte[] octets = octets(line);
            if (octets.length > 0) {
                messages(octets, sink);
            }
        } catch (MalformedRecordException malformed) {
            sink.accept(new Problem(place, null, malformed.offset(), malformed.reason()));
        }
        return true;
    }

    /** The rest of the line; of one that is too long, only enough to see that. */
    private byte[] line() {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.take(); c >= 0 && c != '\n'; c = in.take()) {
            if (line.size() <= MAX_LINE) {
                line.write(c);
            }
        }
        return line.toByteArray();
    }

    private static byte[] octets(byte[] line) throws MalformedRecordException {
        ByteArrayOutputStream octets = new ByteArrayOutputStream(line.length / 2);
        int high = -1;
        for (int i = 0; i < line.length && line[i] != '#'; i++) {
            if (isSeparator(line[i])) {
                continue;
            }
            int digit = Character.digit(line[i], 16);
            if (digit < 0) {
                throw new MalformedRecordException(i, "this is not a hexadecimal digit");
            }
            if (high < 0) {
                high = digit;
            } else {
                octets.write(high << 4 | digit);
                high = -1;
            }
        }
        if (high >= 0) {
            throw new MalformedRecordException(line.length, "the last octet has only one digit");
        }
        return octets.toByteArray();
    }

    private void messages(byte[] octets, Consumer<CaptureRecord> sink) throws MalformedRecordException {
        for (byte[] message : Frames.split(withHeader(octets))) {
            SessionOptions options = RecordedOptions.guess(message, RecordedOptions.of(true, false));
            sink.accept(new BgpMessageRecord(
                    place, Peering.UNKNOWN, message, options, RecordedOptions.decode(message, options)));
        }
    }

    private static byte[] withHeader(byte[] octets) throws MalformedRecordException {
        if (hasMarker(octets)) {
            return octets;
        }
        int length = u16(octets, 0);
        if (octets.length >= 3 && length == MARKER + octets.length) {
            byte[] message = new byte[length];
            Arrays.fill(message, 0, MARKER, (byte) 0xFF);
            System.arraycopy(octets, 0, message, MARKER, octets.length);
            return message;
        }
        if (isUpdate(octets)) {
            byte[] message = new byte[Message.HEADER_LENGTH + octets.length];
            Arrays.fill(message, 0, MARKER, (byte) 0xFF);
            message[MARKER] = (byte) (message.length >>> 8);
            message[MARKER + 1] = (byte) message.length;
            message[MARKER + 2] = UPDATE;
            System.arraycopy(octets, 0, message, Message.HEADER_LENGTH, octets.length);
            return message;
        }
        throw new MalformedRecordException(
                0,
                "these " + octets.length + " octets do not begin with a marker, nor with the length of a message ("
                        + (MARKER + octets.length) + "), nor are they an UPDATE without its header");
    }

    private static boolean hasMarker(byte[] octets) {
        for (int i = 0; i < Math.min(MARKER, octets.length); i++) {
            if (octets[i] != (byte) 0xFF) {
                return false;
            }
        }
        return true;
    }

    /** Whether the two lengths in the content of an UPDATE fit into what is there. */
    private static boolean isUpdate(byte[] octets) {
        if (octets.length > Message.MAX_EXTENDED_LENGTH - Message.HEADER_LENGTH) {
            return false;
        }
        int attributesAt = 4 + u16(octets, 0);
        return attributesAt <= octets.length && attributesAt + u16(octets, attributesAt - 2) <= octets.length;
    }

    private static int u16(byte[] octets, int at) {
        return at + 2 > octets.length ? Integer.MAX_VALUE >>> 1 : (octets[at] & 0xFF) << 8 | octets[at + 1] & 0xFF;
    }
}

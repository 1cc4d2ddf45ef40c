package dev.espalier.bgp.wire;

import dev.espalier.route.AttributeType;
import java.util.Arrays;

/** One path attribute of a message after the other (RFC 4271 section 4.3), not copied. */
final class AttributeCursor {

    private final byte[] octets;
    private final int marker;

    private int at;
    private int value;
    private int end;

    /** Before the first attribute, at {@code attributesAt}, of the message that begins at {@code marker}. */
    AttributeCursor(byte[] octets, int marker, int attributesAt) {
        this.octets = octets;
        this.marker = marker;
        at = attributesAt;
        value = attributesAt;
        end = attributesAt;
    }

    /** Whether flags, type and length of a further attribute lie before a limit. */
    boolean hasHeader(int limit) {
        int left = limit - end;
        return left >= 3 && (left >= 4 || (octets[end] & AttributeType.EXTENDED_LENGTH) == 0);
    }

    /** Moves to the next attribute; its value may still go beyond the limit. */
    void next() {
        at = end;
        boolean extended = (octets[at] & AttributeType.EXTENDED_LENGTH) != 0;
        value = at + (extended ? 4 : 3);
        end = value + (extended ? Octets.u16(octets, at + 2) : octets[at + 2] & 0xFF);
    }

    byte[] octets() {
        return octets;
    }

    int flags() {
        return octets[at] & 0xFF;
    }

    int type() {
        return octets[at + 1] & 0xFF;
    }

    /** Where the value begins. */
    int value() {
        return value;
    }

    /** Where the value ends, and the next attribute begins. */
    int end() {
        return end;
    }

    /** How many octets the value has. */
    int length() {
        return end - value;
    }

    /** Where the attribute is in the message, in octets from the first octet of the marker. */
    int offset() {
        return at - marker;
    }

    /** Where the next attribute is or would be, likewise. */
    int nextOffset() {
        return end - marker;
    }

    /** An error in this attribute, with the attribute as data (RFC 4271 section 6.3). */
    MalformedMessageException error(int subcode, String reason) {
        byte[] attribute = Arrays.copyOfRange(octets, at, end);
        return new MalformedMessageException(ErrorCode.UPDATE_MESSAGE, subcode, attribute, offset(), reason);
    }

    /** An error about which RFC 4271 section 6.3 asks for no data. */
    MalformedMessageException errorWithoutData(int subcode, String reason) {
        return new MalformedMessageException(ErrorCode.UPDATE_MESSAGE, subcode, new byte[0], offset(), reason);
    }
}

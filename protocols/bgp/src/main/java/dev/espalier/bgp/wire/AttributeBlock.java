package dev.espalier.bgp.wire;

import dev.espalier.route.AttributeType;
import java.util.Arrays;

/**
 * Gathers the attributes of one message in the canonical form of {@link dev.espalier.route.PathAttributes}. Attributes
 * nearly always come in ascending order: then each is copied once, where it belongs.
 */
final class AttributeBlock {

    private byte[] octets;
    private int length;
    private int lastType = -1;
    private boolean ascending = true;

    /** @param expectedLength how many octets will probably be needed */
    AttributeBlock(int expectedLength) {
        octets = new byte[expectedLength];
    }

    /**
     * Adds an attribute; no other may have its type.
     *
     * @param flags without EXTENDED_LENGTH
     * @param valueLength at most 65535
     */
    void add(int flags, int type, byte[] from, int valueAt, int valueLength) {
        int head = valueLength > 255 ? 4 : 3;
        int at = length;
        length += head + valueLength;
        if (length > octets.length) {
            octets = Arrays.copyOf(octets, Math.max(length, 2 * octets.length));
        }
        octets[at + 1] = (byte) type;
        if (head == 4) {
            octets[at] = (byte) (flags | AttributeType.EXTENDED_LENGTH);
            Octets.putU16(octets, at + 2, valueLength);
        } else {
            octets[at] = (byte) flags;
            octets[at + 2] = (byte) valueLength;
        }
        System.arraycopy(from, valueAt, octets, at + head, valueLength);
        ascending &= type > lastType;
        lastType = type;
    }

    /** A copy of the attributes, in ascending order of type. */
    byte[] toCanonical() {
        if (ascending) {
            return Arrays.copyOf(octets, length);
        }
        int[] places = new int[256];
        Arrays.fill(places, -1);
        for (int at = 0; at < length; at = next(at)) {
            places[octets[at + 1] & 0xFF] = at;
        }
        byte[] sorted = new byte[length];
        int out = 0;
        for (int at : places) {
            if (at >= 0) {
                int size = next(at) - at;
                System.arraycopy(octets, at, sorted, out, size);
                out += size;
            }
        }
        return sorted;
    }

    private int next(int at) {
        return (octets[at] & AttributeType.EXTENDED_LENGTH) == 0
                ? at + 3 + (octets[at + 2] & 0xFF)
                : at + 4 + Octets.u16(octets, at + 2);
    }
}

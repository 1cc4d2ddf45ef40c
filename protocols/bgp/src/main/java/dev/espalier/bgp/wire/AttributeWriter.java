package dev.espalier.bgp.wire;

import dev.espalier.net.Ipv4Address;
import dev.espalier.route.AttributeType;
import dev.espalier.route.PathAttributes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes the attributes of a route for one kind of peer: all but MP_REACH_NLRI, in ascending order of type, with
 * NEXT_HOP where it is asked for, and with two-octet AS numbers and AS4_* beside them for an old speaker. Reused from
 * route to route.
 */
final class AttributeWriter {

    private final boolean fourOctetAs;
    private byte[] octets = new byte[512];
    private int length;

    // Of the attributes being written: what an old speaker gets later in the order.
    private byte @Nullable [] as4Path;
    private byte @Nullable [] as4Aggregator;

    AttributeWriter(boolean fourOctetAs) {
        this.fourOctetAs = fourOctetAs;
    }

    /** The octets written last, as many as {@link #length()}. */
    byte[] octets() {
        return octets;
    }

    int length() {
        return length;
    }

    /**
     * Writes attributes, replacing what was written before.
     *
     * @param nextHop the value of NEXT_HOP, or null for none
     */
    void write(PathAttributes attributes, @Nullable Ipv4Address nextHop) {
        length = 0;
        byte[] source = attributes.encoded();
        if (fourOctetAs) {
            int before = nextHop == null ? source.length : firstAfter(source, AttributeType.NEXT_HOP);
            copy(source, 0, before);
            writeNextHop(nextHop);
            copy(source, before, source.length);
        } else {
            writeNarrow(source, nextHop);
        }
    }

    private void writeNarrow(byte[] source, @Nullable Ipv4Address nextHop) {
        as4Path = null;
        as4Aggregator = null;
        boolean nextHopWritten = false;
        for (int at = 0; at < source.length; at = end(source, at)) {
            int type = source[at + 1] & 0xFF;
            if (type > AttributeType.NEXT_HOP && !nextHopWritten) {
                writeNextHop(nextHop);
                nextHopWritten = true;
            }
            if (type > AttributeType.AS4_PATH) {
                writeAs4();
            }
            switch (type) {
                case AttributeType.AS_PATH ->
                    writeAsPath(Arrays.copyOfRange(source, valueAt(source, at), end(source, at)));
                case AttributeType.AGGREGATOR -> writeAggregator(source, at);
                default -> copy(source, at, end(source, at));
            }
        }
        if (!nextHopWritten) {
            writeNextHop(nextHop);
        }
        writeAs4();
    }

    private void writeNextHop(@Nullable Ipv4Address nextHop) {
        if (nextHop != null) {
            int value = head(AttributeType.TRANSITIVE, AttributeType.NEXT_HOP, 4);
            Octets.putI32(octets, value, nextHop.value());
        }
    }

    /** RFC 6793 section 4.2.2: AS4_PATH only when AS_PATH cannot say it all. */
    private void writeAsPath(byte[] path) {
        byte[] narrow = AsPathCodec.narrow(path);
        writeValue(AttributeType.TRANSITIVE, AttributeType.AS_PATH, narrow);
        byte[] whole = AsPathCodec.withoutConfederation(path);
        as4Path = AsPathCodec.hasFourOctetAs(whole) ? whole : null;
    }

    private void writeAggregator(byte[] source, int at) {
        int value = valueAt(source, at);
        int asn = Octets.i32(source, value);
        int out = head(source[at], AttributeType.AGGREGATOR, 6);
        Octets.putU16(octets, out, AsPathCodec.narrow(asn));
        System.arraycopy(source, value + 4, octets, out + 2, 4);
        if (!AsPathCodec.fitsTwoOctets(asn)) {
            as4Aggregator = Arrays.copyOfRange(source, value, value + 8);
        }
    }

    private void writeAs4() {
        int flags = AttributeType.OPTIONAL | AttributeType.TRANSITIVE;
        if (as4Path != null) {
            writeValue(flags, AttributeType.AS4_PATH, as4Path);
            as4Path = null;
        }
        if (as4Aggregator != null) {
            writeValue(flags, AttributeType.AS4_AGGREGATOR, as4Aggregator);
            as4Aggregator = null;
        }
    }

    private void writeValue(int flags, int type, byte[] value) {
        int at = head(flags, type, value.length);
        System.arraycopy(value, 0, octets, at, value.length);
    }

    /** Writes flags, type and length, makes room for the value, and returns where it goes. */
    private int head(int flags, int type, int valueLength) {
        boolean extended = valueLength > 255;
        int at = length;
        int value = at + (extended ? 4 : 3);
        makeRoom(value + valueLength);
        octets[at] = (byte) (extended ? flags | AttributeType.EXTENDED_LENGTH : flags & ~AttributeType.EXTENDED_LENGTH);
        octets[at + 1] = (byte) type;
        if (extended) {
            Octets.putU16(octets, at + 2, valueLength);
        } else {
            octets[at + 2] = (byte) valueLength;
        }
        length = value + valueLength;
        return value;
    }

    private void copy(byte[] source, int from, int to) {
        makeRoom(length + to - from);
        System.arraycopy(source, from, octets, length, to - from);
        length += to - from;
    }

    private void makeRoom(int needed) {
        if (needed > octets.length) {
            octets = Arrays.copyOf(octets, Math.max(needed, 2 * octets.length));
        }
    }

    private static int firstAfter(byte[] source, int type) {
        int at = 0;
        while (at < source.length && (source[at + 1] & 0xFF) < type) {
            at = end(source, at);
        }
        return at;
    }

    private static int valueAt(byte[] source, int at) {
        return at + ((source[at] & AttributeType.EXTENDED_LENGTH) == 0 ? 3 : 4);
    }

    private static int end(byte[] source, int at) {
        return (source[at] & AttributeType.EXTENDED_LENGTH) == 0
                ? at + 3 + (source[at + 2] & 0xFF)
                : at + 4 + Octets.u16(source, at + 2);
    }
}

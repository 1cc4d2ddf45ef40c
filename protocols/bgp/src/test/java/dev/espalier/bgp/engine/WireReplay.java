package dev.espalier.bgp.engine;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpPrefix;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a speaker must know from a neighbour, worked out from nothing but the octets it was sent: a table of prefixes to attributes,
 * each attribute by its type, as it stood in the message, in
 * hexadecimal digits. It shares no code with the codec, and reads only what correct speakers send: IPv4
 * unicast with four-octet AS numbers and without path identifiers.
 */
final class WireReplay {

    private static final int HEADER = 19;
    private static final int UPDATE = 2;
    private static final int EXTENDED_LENGTH = 0x10;

    private WireReplay() {}

    /** The table after all of a connection's octets; an incomplete message at their end does not count. */
    static Map<IpPrefix, Map<Integer, String>> of(byte[] octets) {
        Map<IpPrefix, Map<Integer, String>> table = new TreeMap<>();
        ByteBuffer stream = ByteBuffer.wrap(octets);
        while (stream.remaining() >= HEADER) {
            int length = Short.toUnsignedInt(stream.getShort(stream.position() + 16));
            if (stream.remaining() < length) {
                break;
            }
            if (stream.get(stream.position() + 18) == UPDATE) {
                update(stream.slice(stream.position() + HEADER, length - HEADER), table);
            }
            stream.position(stream.position() + length);
        }
        return table;
    }

    private static void update(ByteBuffer body, Map<IpPrefix, Map<Integer, String>> table) {
        ByteBuffer withdrawn = piece(body, Short.toUnsignedInt(body.getShort()));
        Map<Integer, String> attributes = attributes(piece(body, Short.toUnsignedInt(body.getShort())));
        while (withdrawn.hasRemaining()) {
            table.remove(prefix(withdrawn));
        }
        while (body.hasRemaining()) {
            table.put(prefix(body), attributes);
        }
    }

    /** Attributes by type. */
    static Map<Integer, String> attributes(ByteBuffer octets) {
        Map<Integer, String> attributes = new TreeMap<>();
        while (octets.hasRemaining()) {
            int flags = octets.get();
            int type = Byte.toUnsignedInt(octets.get());
            boolean extended = (flags & EXTENDED_LENGTH) != 0;
            int length = extended ? Short.toUnsignedInt(octets.getShort()) : Byte.toUnsignedInt(octets.get());
            byte[] value = new byte[length];
            octets.get(value);
            attributes.put(type, HexFormat.of().formatHex(value));
        }
        return attributes;
    }

    private static ByteBuffer piece(ByteBuffer from, int length) {
        ByteBuffer piece = from.slice(from.position(), length);
        from.position(from.position() + length);
        return piece;
    }

    private static IpPrefix prefix(ByteBuffer from) {
        int length = Byte.toUnsignedInt(from.get());
        long high = 0;
        for (int i = 0; i < (length + 7) / 8; i++) {
            high |= Byte.toUnsignedLong(from.get()) << (56 - 8 * i);
        }
        return IpPrefix.of(AddressFamily.IPV4, high, 0, length);
    }
}

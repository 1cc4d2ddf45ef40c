package dev.espalier.linux;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Reads the netlink messages of one datagram, one after the other. Of each message it first shows header and fixed part; after
 * {@link #attributes} also the attributes, by type. Nothing is copied and nothing allocated until an address or text is asked
 * for.
 */
final class MessageReader {

    /** Attribute types of interest are all below this. */
    private static final int TYPES = 64;
    /** The upper two bits of an attribute's type are flags (nested, network order). */
    private static final int NLA_TYPE_MASK = 0x3FFF;

    private final MemorySegment segment;
    private final ByteBuffer octets;
    private final int[] values = new int[TYPES];
    private final int[] lengths = new int[TYPES];
    private int filled;
    private int message;
    private int next;

    /** With room for so many octets; the kernel's dumps come in datagrams of up to 32 KiB. */
    MessageReader(int capacity) {
        this.segment = Arena.ofAuto().allocate(capacity, 8);
        this.octets = segment.asByteBuffer().order(ByteOrder.nativeOrder());
    }

    MemorySegment segment() {
        return segment;
    }

    /** A datagram of this length has been received: reading starts before its first message. */
    void filled(int length) {
        filled = length;
        next = 0;
    }

    /** Goes to the next message. @return false when there is none */
    boolean next() {
        if (filled - next < Rtnetlink.NLMSG_HEADER) {
            return false;
        }
        message = next;
        int length = octets.getInt(message);
        if (length < Rtnetlink.NLMSG_HEADER || length > filled - message) {
            return false;
        }
        next = message + aligned(length);
        return true;
    }

    int type() {
        return octets.getShort(message + Rtnetlink.NLMSG_TYPE) & 0xFFFF;
    }

    int flags() {
        return octets.getShort(message + Rtnetlink.NLMSG_FLAGS) & 0xFFFF;
    }

    int sequence() {
        return octets.getInt(message + Rtnetlink.NLMSG_SEQ);
    }

    int portId() {
        return octets.getInt(message + Rtnetlink.NLMSG_PID);
    }

    /** An octet of the fixed part. */
    int octet(int offset) {
        return octets.get(message + Rtnetlink.NLMSG_HEADER + offset) & 0xFF;
    }

    /** Four octets of the fixed part. */
    int word(int offset) {
        return octets.getInt(message + Rtnetlink.NLMSG_HEADER + offset);
    }

    /** Looks for the attributes behind a fixed part of this size. */
    void attributes(int fixed) {
        attributes(message + Rtnetlink.NLMSG_HEADER + fixed, message + octets.getInt(message));
    }

    /** Looks for the attributes in a part of the datagram, such as the value of a nested attribute. */
    void attributes(int from, int to) {
        java.util.Arrays.fill(values, 0);
        int at = from;
        while (to - at >= 4) {
            int length = octets.getShort(at) & 0xFFFF;
            int type = octets.getShort(at + 2) & NLA_TYPE_MASK;
            if (length < 4 || length > to - at) {
                return;
            }
            if (type < TYPES) {
                values[type] = at + 4;
                lengths[type] = length - 4;
            }
            at += aligned(length);
        }
    }

    /** Looks for the attributes inside an attribute; there are none when it is absent. */
    void nested(int type) {
        boolean present = has(type);
        attributes(present ? start(type) : 0, present ? end(type) : 0);
    }

    /** Whether the message has this attribute. */
    boolean has(int type) {
        return values[type] != 0;
    }

    /** An attribute of four octets; the other value when it is absent. */
    int word(int type, int otherwise) {
        return has(type) && lengths[type] >= 4 ? octets.getInt(values[type]) : otherwise;
    }

    /** Where the value of an attribute starts in the datagram. */
    int start(int type) {
        return values[type];
    }

    /** Where the value of an attribute ends in the datagram. */
    int end(int type) {
        return values[type] + lengths[type];
    }

    /** A short at a place in the datagram. */
    int shortAt(int place) {
        return octets.getShort(place) & 0xFFFF;
    }

    /** An octet at a place in the datagram. */
    int octetAt(int place) {
        return octets.get(place) & 0xFF;
    }

    /** Four octets at a place in the datagram. */
    int wordAt(int place) {
        return octets.getInt(place);
    }

    /** The text of an attribute, without the zero at its end; empty when absent. */
    String text(int type) {
        if (!has(type)) {
            return "";
        }
        int length = lengths[type];
        while (length > 0 && octets.get(values[type] + length - 1) == 0) {
            length--;
        }
        return StandardCharsets.UTF_8.decode(octets.slice(values[type], length)).toString();
    }

    /** The value of an attribute, copied; empty when absent. */
    byte[] copy(int type) {
        byte[] copy = new byte[has(type) ? lengths[type] : 0];
        octets.get(values[type], copy);
        return copy;
    }

    /** The address in an attribute of 4 or 16 octets. */
    IpAddress address(int type) {
        return addressAt(values[type], lengths[type] == 4 ? AddressFamily.IPV4 : AddressFamily.IPV6);
    }

    /** The address at a place in the datagram. */
    IpAddress addressAt(int place, AddressFamily family) {
        return switch (family) {
            case IPV4 -> IpAddress.of(family, (long) networkOrder(place) << 32, 0);
            case IPV6 -> IpAddress.of(family, high(place), high(place + 8));
        };
    }

    /** The left-aligned first bits of an address in an attribute; 0 when absent. */
    long high(AddressFamily family, int type) {
        if (!has(type)) {
            return 0;
        }
        return switch (family) {
            case IPV4 -> (long) networkOrder(values[type]) << 32;
            case IPV6 -> high(values[type]);
        };
    }

    /** The last 64 bits of an IPv6 address in an attribute; 0 when absent or IPv4. */
    long low(AddressFamily family, int type) {
        return family == AddressFamily.IPV6 && has(type) ? high(values[type] + 8) : 0;
    }

    private long high(int place) {
        return (long) networkOrder(place) << 32 | networkOrder(place + 4) & 0xFFFF_FFFFL;
    }

    private int networkOrder(int place) {
        int value = octets.getInt(place);
        return ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? value : Integer.reverseBytes(value);
    }

    private static int aligned(int length) {
        return length + 3 & ~3;
    }
}

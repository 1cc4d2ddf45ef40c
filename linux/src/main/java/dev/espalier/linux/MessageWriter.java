package dev.espalier.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes netlink messages, one after the other, into memory that the kernel reads. Everything starts at a multiple of four
 * octets; addresses are in network order, all else in the machine's.
 */
final class MessageWriter {

    private final MemorySegment segment;
    private final ByteBuffer octets;
    private int message;
    private int at;

    /** With room for so many octets. */
    MessageWriter(int capacity) {
        this.segment = Arena.ofAuto().allocate(capacity, 8);
        this.octets = segment.asByteBuffer().order(ByteOrder.nativeOrder());
    }

    MemorySegment segment() {
        return segment;
    }

    int length() {
        return at;
    }

    /** Forgets all messages. */
    MessageWriter clear() {
        at = 0;
        return this;
    }

    /** How many octets still fit. */
    int room() {
        return octets.capacity() - at;
    }

    /**
     * Begins a message with its header and a fixed part of zeros, to be filled with {@link #octet} and {@link #word}.
     *
     * @param fixed the size of the fixed part, such as {@link Rtnetlink#RTMSG}
     */
    MessageWriter begin(int type, int flags, int sequence, int fixed) {
        message = at;
        octets.putShort(at + Rtnetlink.NLMSG_TYPE, (short) type);
        octets.putShort(at + Rtnetlink.NLMSG_FLAGS, (short) flags);
        octets.putInt(at + Rtnetlink.NLMSG_SEQ, sequence);
        octets.putInt(at + Rtnetlink.NLMSG_PID, 0);
        at += Rtnetlink.NLMSG_HEADER;
        for (int i = 0; i < fixed; i += 4) {
            octets.putInt(at + i, 0);
        }
        at += fixed;
        return this;
    }

    /** One octet of the fixed part. */
    MessageWriter octet(int offset, int value) {
        octets.put(message + Rtnetlink.NLMSG_HEADER + offset, (byte) value);
        return this;
    }

    /** Four octets of the fixed part. */
    MessageWriter word(int offset, int value) {
        octets.putInt(message + Rtnetlink.NLMSG_HEADER + offset, value);
        return this;
    }

    /** An attribute without a value. */
    MessageWriter flag(int type) {
        header(type, 0);
        return this;
    }

    /** An attribute of four octets. */
    MessageWriter attribute(int type, int value) {
        header(type, 4);
        octets.putInt(at, value);
        at += 4;
        return this;
    }

    /** An attribute of two octets. */
    MessageWriter shortAttribute(int type, int value) {
        header(type, 2);
        octets.putShort(at, (short) value);
        octets.putShort(at + 2, (short) 0);
        at += 4;
        return this;
    }

    /** The beginning of an attribute made of others, of which {@code length} octets follow. */
    MessageWriter nest(int type, int length) {
        header(type | Rtnetlink.NLA_F_NESTED, length);
        return this;
    }

    /** An attribute that is a string, with the zero at its end that the kernel wants. */
    MessageWriter text(int type, String value) {
        byte[] encoded = value.getBytes(StandardCharsets.UTF_8);
        return octets(type, Arrays.copyOf(encoded, encoded.length + 1));
    }

    /** An attribute of any octets. */
    MessageWriter octets(int type, byte[] value) {
        header(type, value.length);
        octets.put(at, value);
        at += value.length;
        while (at % 4 != 0) {
            octets.put(at++, (byte) 0);
        }
        return this;
    }

    /** Begins an attribute made of others. @return where it began, for {@link #endNest} */
    int startNest(int type) {
        int start = at;
        header(type | Rtnetlink.NLA_F_NESTED, 0);
        return start;
    }

    /** Ends it: all that was written since is part of it. */
    MessageWriter endNest(int start) {
        octets.putShort(start, (short) (at - start));
        return this;
    }

    /** A fixed part of zeros inside an attribute, such as a struct ifinfomsg. */
    MessageWriter zeros(int count) {
        for (int i = 0; i < count; i += 4) {
            raw(0);
        }
        return this;
    }

    /** An attribute that is an address of 4 or 16 octets, given as left-aligned bits. */
    MessageWriter address(int type, int length, long high, long low) {
        header(type, length);
        if (length == 4) {
            octets.putInt(at, networkOrder((int) (high >>> 32)));
        } else {
            octets.putInt(at, networkOrder((int) (high >>> 32)));
            octets.putInt(at + 4, networkOrder((int) high));
            octets.putInt(at + 8, networkOrder((int) (low >>> 32)));
            octets.putInt(at + 12, networkOrder((int) low));
        }
        at += length;
        return this;
    }

    /** An attribute whose value the caller writes by {@link #raw} words. */
    MessageWriter begin(int type, int length) {
        header(type, length);
        return this;
    }

    /** Four octets of an attribute's value. */
    MessageWriter raw(int value) {
        octets.putInt(at, value);
        at += 4;
        return this;
    }

    /** An octet and three zeros of an attribute's value. */
    MessageWriter rawOctet(int value) {
        octets.putInt(at, 0);
        octets.put(at, (byte) value);
        at += 4;
        return this;
    }

    /** Asks for an acknowledgement of the message ended last. */
    void acknowledgeLast() {
        int flags = octets.getShort(message + Rtnetlink.NLMSG_FLAGS) | Rtnetlink.NLM_F_ACK;
        octets.putShort(message + Rtnetlink.NLMSG_FLAGS, (short) flags);
    }

    /** Ends the message. */
    void end() {
        octets.putInt(message, at - message);
    }

    private void header(int type, int length) {
        octets.putShort(at, (short) (4 + length));
        octets.putShort(at + 2, (short) type);
        at += 4;
    }

    private static int networkOrder(int value) {
        return ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? value : Integer.reverseBytes(value);
    }
}

package dev.espalier.bench.load;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** BGP messages as octets in arrays: numbers in network order, headers (RFC 4271, section 4.1), and the short messages. */
final class Octets {

    static final int HEADER = 19;
    static final int OPEN = 1;
    static final int UPDATE = 2;
    static final int NOTIFICATION = 3;
    static final int KEEPALIVE = 4;
    static final int LONGEST_MESSAGE = 4096;

    /** How many octets behind a message may be looked at: a prefix is read as one number. */
    static final int SLACK = 8;

    /** Seconds; long enough that no daemon drops us while it works through a table. */
    private static final int HOLD_TIME = 240;

    private static final int AS_TRANS = 23456;

    private static final VarHandle SHORTS = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private Octets() {}

    static int u16(byte[] from, int at) {
        return (short) SHORTS.get(from, at) & 0xFFFF;
    }

    static int i32(byte[] from, int at) {
        return (int) INTS.get(from, at);
    }

    static long i64(byte[] from, int at) {
        return (long) LONGS.get(from, at);
    }

    static void put16(byte[] to, int at, int value) {
        SHORTS.set(to, at, (short) value);
    }

    static void put32(byte[] to, int at, int value) {
        INTS.set(to, at, value);
    }

    /** Writes the header of a message of {@code length} octets, itself included. */
    static void header(byte[] to, int at, int length, int type) {
        Arrays.fill(to, at, at + 16, (byte) 0xFF);
        put16(to, at + 16, length);
        to[at + 18] = (byte) type;
    }

    static byte[] keepalive() {
        byte[] message = new byte[HEADER];
        header(message, 0, HEADER, KEEPALIVE);
        return message;
    }

    /** An OPEN that offers IPv4 or IPv6 unicast, route refresh and 4-octet AS numbers (RFC 5492, 4760, 2918, 6793). */
    static byte[] open(int asn, int identifier, boolean ipv6) {
        byte[] message = new byte[HEADER + 10 + 2 + 14];
        int at = HEADER;
        message[at] = 4;
        put16(message, at + 1, asn > 0xFFFF ? AS_TRANS : asn);
        put16(message, at + 3, HOLD_TIME);
        put32(message, at + 5, identifier);
        message[at + 9] = 16;
        message[at + 10] = 2;
        message[at + 11] = 14;
        at += 12;
        message[at] = 1;
        message[at + 1] = 4;
        put32(message, at + 2, ipv6 ? 0x0002_0001 : 0x0001_0001);
        message[at + 6] = 2;
        message[at + 8] = 65;
        message[at + 9] = 4;
        put32(message, at + 10, asn);
        header(message, 0, message.length, OPEN);
        return message;
    }
}

package dev.espalier.bgp.wire;

/** Numbers in network byte order in an array. The caller has checked that the octets are there. */
final class Octets {

    private Octets() {}

    static int u16(byte[] octets, int at) {
        return (octets[at] & 0xFF) << 8 | octets[at + 1] & 0xFF;
    }

    static int i32(byte[] octets, int at) {
        return u16(octets, at) << 16 | u16(octets, at + 2);
    }

    static void putU16(byte[] octets, int at, int value) {
        octets[at] = (byte) (value >>> 8);
        octets[at + 1] = (byte) value;
    }

    static void putI32(byte[] octets, int at, int value) {
        putU16(octets, at, value >>> 16);
        putU16(octets, at + 2, value);
    }

    static void putI64(byte[] octets, int at, long value) {
        putI32(octets, at, (int) (value >>> 32));
        putI32(octets, at + 4, (int) value);
    }
}

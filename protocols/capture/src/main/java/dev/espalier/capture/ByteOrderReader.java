package dev.espalier.capture;

/** Numbers in the byte order of the machine that wrote the file. The caller has checked that the octets are there. */
final class ByteOrderReader {

    private final boolean littleEndian;

    ByteOrderReader(boolean littleEndian) {
        this.littleEndian = littleEndian;
    }

    int u16(byte[] octets, int at) {
        int first = octets[at] & 0xFF;
        int second = octets[at + 1] & 0xFF;
        return littleEndian ? second << 8 | first : first << 8 | second;
    }

    int i32(byte[] octets, int at) {
        int first = u16(octets, at);
        int second = u16(octets, at + 2);
        return littleEndian ? second << 16 | first : first << 16 | second;
    }

    long u32(byte[] octets, int at) {
        return Integer.toUnsignedLong(i32(octets, at));
    }
}

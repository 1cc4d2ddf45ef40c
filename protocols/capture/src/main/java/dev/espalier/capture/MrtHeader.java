package dev.espalier.capture;

import java.time.Instant;

/**
 * The common header of MRT records (RFC 6396 section 2).
 *
 * @param seconds since 1970
 * @param type the type
 * @param subtype the subtype
 * @param length how many octets follow
 */
record MrtHeader(long seconds, int type, int subtype, long length) {

    /** How many octets it has. */
    static final int LENGTH = 12;
    /** No record that we read comes near this; what claims more is no record. */
    static final int MAX_RECORD = 1 << 24;

    static final int TABLE_DUMP = 12;
    static final int TABLE_DUMP_V2 = 13;
    static final int BGP4MP = 16;
    static final int BGP4MP_ET = 17;

    private static final int ISIS = 32;
    private static final int ISIS_ET = 33;
    private static final int OSPFV3 = 48;
    private static final int OSPFV3_ET = 49;
    /** All of RFC 6396 are below. */
    private static final int MAX_SUBTYPE = 64;

    private static final long YEAR = 365L * 24 * 3600;

    /** The header at an index. */
    static MrtHeader of(byte[] octets, int at) {
        return new MrtHeader(u32(octets, at), u16(octets, at + 4), u16(octets, at + 6), u32(octets, at + 8));
    }

    private static int u16(byte[] octets, int at) {
        return (octets[at] & 0xFF) << 8 | octets[at + 1] & 0xFF;
    }

    private static long u32(byte[] octets, int at) {
        return (long) u16(octets, at) << 16 | u16(octets, at + 2);
    }

    Instant time() {
        return Instant.ofEpochSecond(seconds);
    }

    /** Whether microseconds follow (RFC 6396 section 3). */
    boolean isExtended() {
        return type == BGP4MP_ET || type == ISIS_ET || type == OSPFV3_ET;
    }

    Source source() {
        return switch (type) {
            case TABLE_DUMP -> Source.MRT_TABLE_DUMP;
            case TABLE_DUMP_V2 -> Source.MRT_TABLE_DUMP_V2;
            case BGP4MP, BGP4MP_ET -> Source.MRT_BGP4MP;
            default -> Source.MRT;
        };
    }

    boolean isTooLong() {
        return length > MAX_RECORD;
    }

    /** Whether this may well be a header, where one is looked for amid damage. */
    boolean isPlausible(long lastSeconds) {
        boolean known = type >= 11 && type <= BGP4MP_ET
                || type == ISIS
                || type == ISIS_ET
                || type == OSPFV3
                || type == OSPFV3_ET;
        boolean near = lastSeconds == 0 || Math.abs(seconds - lastSeconds) < YEAR;
        return known && near && subtype <= MAX_SUBTYPE && length >= 8 && !isTooLong();
    }
}

package dev.espalier.bgp.wire;

/** The header of every message (RFC 4271 section 4.1) and the types in it. */
final class MessageType {

    static final int OPEN = 1;
    static final int UPDATE = 2;
    static final int NOTIFICATION = 3;
    static final int KEEPALIVE = 4;
    /** RFC 2918. */
    static final int ROUTE_REFRESH = 5;

    /** Where the length is, after a marker of sixteen octets of ones. */
    static final int LENGTH_AT = 16;
    /** Where the type is. */
    static final int TYPE_AT = 18;

    private MessageType() {}

    static String name(int type) {
        return switch (type) {
            case OPEN -> "OPEN";
            case UPDATE -> "UPDATE";
            case NOTIFICATION -> "NOTIFICATION";
            case KEEPALIVE -> "KEEPALIVE";
            case ROUTE_REFRESH -> "ROUTE-REFRESH";
            default -> "message type " + type;
        };
    }

    /** Writes the header of a message that begins at an index and has a length. */
    static void putHeader(byte[] octets, int at, int length, int type) {
        java.util.Arrays.fill(octets, at, at + LENGTH_AT, (byte) 0xFF);
        Octets.putU16(octets, at + LENGTH_AT, length);
        octets[at + TYPE_AT] = (byte) type;
    }
}

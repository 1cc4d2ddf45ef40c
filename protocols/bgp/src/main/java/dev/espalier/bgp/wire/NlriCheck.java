package dev.espalier.bgp.wire;

/** The syntax of a run of prefixes (RFC 7606 section 5.3, RFC 7911 section 3). */
final class NlriCheck {

    private NlriCheck() {}

    /** Where the first prefix begins, path identifier included, that is too long or cut off; -1 when there is none. */
    static int fault(byte[] octets, int from, int to, Family family, boolean addPath) {
        int maxBits = family.addresses().bits();
        int pathIdLength = addPath ? 4 : 0;
        int at = from;
        while (at < to) {
            int lengthAt = at + pathIdLength;
            if (lengthAt >= to) {
                return at;
            }
            int bits = octets[lengthAt] & 0xFF;
            int next = lengthAt + 1 + (bits + 7 >>> 3);
            if (bits > maxBits || next > to) {
                return at;
            }
            at = next;
        }
        return -1;
    }

    /** The fault that was found, in words. */
    static String describe(byte[] octets, int fault, int to, Family family, boolean addPath) {
        int lengthAt = fault + (addPath ? 4 : 0);
        if (lengthAt >= to) {
            return "a path identifier of ADD-PATH is cut off";
        }
        int bits = octets[lengthAt] & 0xFF;
        return bits > family.addresses().bits()
                ? "a prefix of " + family + " has length " + bits
                : "a prefix of length " + bits + " is cut off";
    }
}

package dev.espalier.bgp.wire;

import dev.espalier.net.IpPrefix;

/**
 * A run of prefixes of one family as they stood in a message: validated octets, read prefix by prefix only when needed,
 * so that a full table does not become a million objects. Immutable; any thread.
 */
public final class Nlri {

    private final Family family;
    private final byte[] octets;
    private final boolean addPath;

    /**
     * Wraps validated octets, which are not copied.
     *
     * @param addPath whether every prefix is preceded by a four-octet path identifier (RFC 7911)
     */
    public Nlri(Family family, byte[] octets, boolean addPath) {
        this.family = family;
        this.octets = octets;
        this.addPath = addPath;
    }

    /** Takes one prefix after the other; bits left-aligned, see {@link dev.espalier.net.IpAddress#high()}. */
    @FunctionalInterface
    public interface Visitor {
        /**
         * Takes the next prefix.
         *
         * @param pathId the path identifier, 0 without ADD-PATH
         */
        void prefix(int pathId, long high, long low, int length);
    }

    /** The family of the prefixes. */
    public Family family() {
        return family;
    }

    /** Whether there are path identifiers. */
    public boolean addPath() {
        return addPath;
    }

    /** Whether there is no prefix. */
    public boolean isEmpty() {
        return octets.length == 0;
    }

    /** The octets as on the wire, not to be changed. */
    public byte[] octets() {
        return octets;
    }

    /**
     * Shows every prefix, in the order of the message; bits after a prefix's length are cleared (RFC 4271 section 4.3).
     */
    public void forEach(Visitor visitor) {
        int at = 0;
        while (at < octets.length) {
            int pathId = 0;
            if (addPath) {
                pathId = (octets[at] & 0xFF) << 24
                        | (octets[at + 1] & 0xFF) << 16
                        | (octets[at + 2] & 0xFF) << 8
                        | octets[at + 3] & 0xFF;
                at += 4;
            }
            int length = octets[at++] & 0xFF;
            int end = at + (length + 7) / 8;
            long high = 0;
            long low = 0;
            for (int shift = 56; at < end && shift >= 0; shift -= 8) {
                high |= (octets[at++] & 0xFFL) << shift;
            }
            for (int shift = 56; at < end; shift -= 8) {
                low |= (octets[at++] & 0xFFL) << shift;
            }
            visitor.prefix(pathId, high & IpPrefix.highMask(length), low & IpPrefix.lowMask(length), length);
        }
    }

    /** How many prefixes there are. */
    public int count() {
        int count = 0;
        int lengthAt = addPath ? 4 : 0;
        for (int at = lengthAt; at < octets.length; at += lengthAt + 1 + ((octets[at] & 0xFF) + 7) / 8) {
            count++;
        }
        return count;
    }
}

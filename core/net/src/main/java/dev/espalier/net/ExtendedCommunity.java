package dev.espalier.net;

import java.util.HexFormat;

/**
 * An extended community (RFC 4360): 64 bits, the type in the highest octet or two.
 *
 * <p>Text forms: {@code rt:65000:1}, {@code soo:65000:1} (and with an IPv4 address or a 4-octet AS before the second colon),
 * {@code bandwidth:65000:125000000} for a link bandwidth in octets per second (draft-ietf-idr-link-bandwidth), or
 * {@code bandwidth-transitive:} for one that goes on to other ASes, otherwise {@code 0x} and sixteen hexadecimal digits.
 *
 * @param bits the eight octets
 */
public record ExtendedCommunity(long bits) implements Comparable<ExtendedCommunity> {

    private static final int TWO_OCTET_AS = 0x00;
    private static final int IPV4_ADDRESS = 0x01;
    private static final int FOUR_OCTET_AS = 0x02;
    private static final int ROUTE_TARGET = 0x02;
    private static final int ROUTE_ORIGIN = 0x03;
    private static final int LINK_BANDWIDTH = 0x04;
    private static final long NON_TRANSITIVE = 0x40;

    private static final String BANDWIDTH = "bandwidth";
    private static final String BANDWIDTH_TRANSITIVE = "bandwidth-transitive";

    /** Far above any link, and a number that text can hold. */
    private static final long MAX_BANDWIDTH = 1L << 53;

    /**
     * A link bandwidth.
     *
     * @param transitive whether it goes on to other ASes
     * @param asn who says so; AS_TRANS stands for a number that does not fit two octets
     * @param bytesPerSecond the bandwidth
     */
    public static ExtendedCommunity linkBandwidth(boolean transitive, Asn asn, float bytesPerSecond) {
        long as = asn.fitsTwoOctets() ? asn.value() : Asn.AS_TRANS.value();
        long value = as << 32 | Integer.toUnsignedLong(Float.floatToRawIntBits(bytesPerSecond));
        return of(transitive ? TWO_OCTET_AS : NON_TRANSITIVE, LINK_BANDWIDTH, value);
    }

    /** Whether it is a link bandwidth, transitive or not. */
    public boolean isLinkBandwidth() {
        return (bits >>> 48 & ~(NON_TRANSITIVE << 8)) == LINK_BANDWIDTH;
    }

    /** The bandwidth in octets per second as the sender wrote it, perhaps not a number at all; only for a link bandwidth. */
    public float bytesPerSecond() {
        return Float.intBitsToFloat((int) bits);
    }

    /** Whether a speaker in another AS may keep it (RFC 4360 section 2: the T bit is zero). */
    public boolean isTransitive() {
        return (bits >>> 62 & 1) == 0;
    }

    /**
     * Reads one of the text forms.
     *
     * @throws IllegalArgumentException with a sentence for people
     */
    public static ExtendedCommunity parse(String text) {
        try {
            if (text.startsWith("0x") && text.length() == 18) {
                return new ExtendedCommunity(HexFormat.fromHexDigitsToLong(text, 2, 18));
            }
            String[] words = text.split(":", -1);
            if (words.length == 3 && (words[0].equals("rt") || words[0].equals("soo"))) {
                long subtype = words[0].equals("rt") ? ROUTE_TARGET : ROUTE_ORIGIN;
                return ofParts(subtype, words[1], Decimal.parse(words[2], 0xFFFF_FFFFL));
            }
            if (words.length == 3 && (words[0].equals(BANDWIDTH) || words[0].equals(BANDWIDTH_TRANSITIVE))) {
                Asn asn = new Asn(Decimal.parse(words[1], 0xFFFF)); // the form has no room for a larger one
                return linkBandwidth(
                        words[0].equals(BANDWIDTH_TRANSITIVE), asn, (float) Decimal.parse(words[2], MAX_BANDWIDTH));
            }
        } catch (IllegalArgumentException malformed) {
            throw refused(text, malformed);
        }
        throw refused(text, null);
    }

    private static IllegalArgumentException refused(
            String text, @org.jspecify.annotations.Nullable IllegalArgumentException cause) {
        return new IllegalArgumentException(
                "'" + text
                        + "' is not an extended community; write it like rt:65000:1, soo:10.0.0.1:1, bandwidth:65000:125000000 or 0x0002fde800000001",
                cause);
    }

    private static ExtendedCommunity ofParts(long subtype, String global, long local) {
        if (global.indexOf('.') >= 0) {
            int address = Ipv4Address.parse(global).value();
            return of(IPV4_ADDRESS, subtype, inRange(local, 0xFFFF) | Integer.toUnsignedLong(address) << 16);
        }
        long asn = Asn.parse(global).value();
        return asn <= 0xFFFF
                ? of(TWO_OCTET_AS, subtype, asn << 32 | inRange(local, 0xFFFF_FFFFL))
                : of(FOUR_OCTET_AS, subtype, asn << 16 | inRange(local, 0xFFFF));
    }

    private static ExtendedCommunity of(long type, long subtype, long value) {
        return new ExtendedCommunity(type << 56 | subtype << 48 | value);
    }

    private static long inRange(long value, long max) {
        if (value < 0 || value > max) {
            throw new IllegalArgumentException(value + " is not between 0 and " + max);
        }
        return value;
    }

    @Override
    public int compareTo(ExtendedCommunity other) {
        return Long.compareUnsigned(bits, other.bits);
    }

    /** Whether the bandwidth is a number that text brings back bit for bit. */
    private boolean isPlainBandwidth() {
        float value = bytesPerSecond();
        return value >= 0 && value <= MAX_BANDWIDTH && Float.floatToRawIntBits((float) (long) value) == (int) bits;
    }

    @Override
    public String toString() {
        if (isLinkBandwidth() && isPlainBandwidth()) {
            return (isTransitive() ? BANDWIDTH_TRANSITIVE : BANDWIDTH) + ":" + (bits >>> 32 & 0xFFFF) + ":"
                    + (long) bytesPerSecond();
        }
        int subtype = (int) (bits >>> 48) & 0xFF;
        String name = subtype == ROUTE_TARGET ? "rt:" : subtype == ROUTE_ORIGIN ? "soo:" : null;
        int type = (int) (bits >>> 56) & 0xFF;
        // a small AS in the form for large ones is another community than in its own form, and must not read like it
        boolean misleading = type == FOUR_OCTET_AS && bits << 16 >>> 48 == 0;
        if (name == null || type > FOUR_OCTET_AS || misleading) {
            return String.format("0x%016x", bits);
        }
        return switch (type) {
            case TWO_OCTET_AS -> name + (bits >>> 32 & 0xFFFF) + ":" + (bits & 0xFFFF_FFFFL);
            case IPV4_ADDRESS -> name + new Ipv4Address((int) (bits >>> 16)) + ":" + (bits & 0xFFFF);
            default -> name + (bits >>> 16 & 0xFFFF_FFFFL) + ":" + (bits & 0xFFFF);
        };
    }
}

package dev.espalier.net;

import java.util.HexFormat;

/**
 * An extended community (RFC 4360): 64 bits, the type in the highest octet or two.
 *
 * <p>Text forms: {@code rt:65000:1}, {@code soo:65000:1} (and with an IPv4 address or a 4-octet AS before the second colon),
 * otherwise {@code 0x} and sixteen hexadecimal digits.
 *
 * @param bits the eight octets
 */
public record ExtendedCommunity(long bits) implements Comparable<ExtendedCommunity> {

    private static final int TWO_OCTET_AS = 0x00;
    private static final int IPV4_ADDRESS = 0x01;
    private static final int FOUR_OCTET_AS = 0x02;
    private static final int ROUTE_TARGET = 0x02;
    private static final int ROUTE_ORIGIN = 0x03;

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
        } catch (IllegalArgumentException malformed) {
            throw refused(text, malformed);
        }
        throw refused(text, null);
    }

    private static IllegalArgumentException refused(
            String text, @org.jspecify.annotations.Nullable IllegalArgumentException cause) {
        return new IllegalArgumentException(
                "'" + text
                        + "' is not an extended community; write it like rt:65000:1, soo:10.0.0.1:1 or 0x0002fde800000001",
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

    @Override
    public String toString() {
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

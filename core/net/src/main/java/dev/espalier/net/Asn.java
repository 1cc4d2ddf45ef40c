package dev.espalier.net;

/**
 * An autonomous system number (RFC 6793): an unsigned 32-bit value.
 *
 * @param value 0 to 4,294,967,295; 0 is a value of the type but never a valid AS (RFC 7607)
 */
public record Asn(long value) implements Comparable<Asn> {

    /** What a 4-octet AS is called towards a speaker that knows 2 octets only (RFC 6793 section 9). */
    public static final Asn AS_TRANS = new Asn(23456);

    /** @throws IllegalArgumentException when the value is out of range */
    public Asn {
        if (value < 0 || value > 0xFFFF_FFFFL) {
            throw new IllegalArgumentException("an AS number is 0 to 4294967295, not " + value);
        }
    }

    /** The AS number whose 32 bits are given. */
    public static Asn ofBits(int bits) {
        return new Asn(Integer.toUnsignedLong(bits));
    }

    /** The 32 bits. */
    public int bits() {
        return (int) value;
    }

    /** Whether the number fits the two octets of RFC 4271. */
    public boolean fitsTwoOctets() {
        return value <= 0xFFFF;
    }

    /** Whether the number is for private use (RFC 6996). */
    public boolean isPrivate() {
        return (value >= 64512 && value <= 65534) || (value >= 4_200_000_000L && value <= 4_294_967_294L);
    }

    /**
     * Reads a plain number, or two numbers with a dot between (asdot, RFC 5396).
     *
     * @throws IllegalArgumentException with a sentence for people
     */
    public static Asn parse(String text) {
        int dot = text.indexOf('.');
        try {
            if (dot < 0) {
                return new Asn(Decimal.parse(text, Integer.MAX_VALUE * 1_000L)); // too large by little: say the range
            }
            long upper = Decimal.parse(text.substring(0, dot), 0xFFFF);
            long lower = Decimal.parse(text.substring(dot + 1), 0xFFFF);
            return new Asn(upper << 16 | lower);
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException("'" + text + "' is not an AS number", notANumber);
        }
    }

    @Override
    public int compareTo(Asn other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}

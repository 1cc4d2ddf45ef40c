package dev.espalier.policy;

/** The ranges of numbers that definitions accept. */
final class Ranges {

    /** The largest unsigned 32-bit value. */
    static final long MAX_UNSIGNED_32 = 0xFFFF_FFFFL;

    private Ranges() {}

    /** @throws IllegalArgumentException unless the value fits 32 bits without a sign */
    static void unsigned32(String what, long value) {
        if (value < 0 || value > MAX_UNSIGNED_32) {
            throw new IllegalArgumentException(what + " is 0 to 4294967295, not " + value);
        }
    }
}

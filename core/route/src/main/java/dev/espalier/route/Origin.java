package dev.espalier.route;

import java.util.Locale;

/** Where a route came into BGP from (RFC 4271 section 5.1.1); the smaller code is better. */
public enum Origin {
    /** Interior to the originating AS. */
    IGP(0),
    /** Learnt by the protocol of RFC 904. */
    EGP(1),
    /** By other means, usually redistribution. */
    INCOMPLETE(2);

    private final int code;

    Origin(int code) {
        this.code = code;
    }

    /** The value on the wire: 0 to 2. */
    public int code() {
        return code;
    }

    /**
     * The origin of a value on the wire.
     *
     * @throws IllegalArgumentException when the value is not 0 to 2
     */
    public static Origin ofCode(int code) {
        return switch (code) {
            case 0 -> IGP;
            case 1 -> EGP;
            case 2 -> INCOMPLETE;
            default -> throw new IllegalArgumentException("ORIGIN is 0 to 2, not " + code);
        };
    }

    /** The name as people write it in configuration: {@code igp}, {@code egp}, {@code incomplete}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}

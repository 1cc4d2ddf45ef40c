package dev.espalier.bgp;

/**
 * What we are to an external neighbour (RFC 9234): the business relationship that decides which routes may pass. It is said in
 * the OPEN, so that both ends know of a mistake before the first route does.
 */
public enum Role {
    /** The neighbour pays us for transit. */
    PROVIDER(0, "provider"),
    /** We are a route server. */
    RS_SERVER(1, "rs-server"),
    /** The neighbour is a route server. */
    RS_CLIENT(2, "rs-client"),
    /** We pay the neighbour for transit. */
    CUSTOMER(3, "customer"),
    /** We exchange our own and our customers' routes. */
    PEER(4, "peer");

    private final int code;
    private final String word;

    Role(int code, String word) {
        this.code = code;
        this.word = word;
    }

    /** The value in the capability. */
    public int code() {
        return code;
    }

    /** What the neighbour must be for us to be this: the pairs of RFC 9234 section 4.2. */
    public Role counterpart() {
        return switch (this) {
            case PROVIDER -> CUSTOMER;
            case RS_SERVER -> RS_CLIENT;
            case RS_CLIENT -> RS_SERVER;
            case CUSTOMER -> PROVIDER;
            case PEER -> PEER;
        };
    }

    /** The name of a value in the capability, as in configuration; the number where it has none. */
    public static String nameOf(int code) {
        for (Role role : values()) {
            if (role.code == code) {
                return role.word;
            }
        }
        return Integer.toString(code);
    }

    /** The word of the configuration. */
    @Override
    public String toString() {
        return word;
    }
}

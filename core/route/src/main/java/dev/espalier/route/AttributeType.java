package dev.espalier.route;

/** The type codes of path attributes (IANA "BGP Path Attributes") that Espalier understands, and their flags octet. */
public final class AttributeType {

    /** RFC 4271 section 5.1.1. */
    public static final int ORIGIN = 1;
    /** RFC 4271 section 5.1.2. */
    public static final int AS_PATH = 2;
    /** RFC 4271 section 5.1.3; never part of {@link PathAttributes#encoded()}. */
    public static final int NEXT_HOP = 3;
    /** RFC 4271 section 5.1.4. */
    public static final int MULTI_EXIT_DISC = 4;
    /** RFC 4271 section 5.1.5. */
    public static final int LOCAL_PREF = 5;
    /** RFC 4271 section 5.1.6. */
    public static final int ATOMIC_AGGREGATE = 6;
    /** RFC 4271 section 5.1.7. */
    public static final int AGGREGATOR = 7;
    /** RFC 1997. */
    public static final int COMMUNITIES = 8;
    /** RFC 4456. */
    public static final int ORIGINATOR_ID = 9;
    /** RFC 4456. */
    public static final int CLUSTER_LIST = 10;
    /** RFC 4760; never part of {@link PathAttributes#encoded()}. */
    public static final int MP_REACH_NLRI = 14;
    /** RFC 4760; never part of {@link PathAttributes#encoded()}. */
    public static final int MP_UNREACH_NLRI = 15;
    /** RFC 4360. */
    public static final int EXTENDED_COMMUNITIES = 16;
    /** RFC 6793; merged into AS_PATH on receipt. */
    public static final int AS4_PATH = 17;
    /** RFC 6793; merged into AGGREGATOR on receipt. */
    public static final int AS4_AGGREGATOR = 18;
    /** RFC 8092. */
    public static final int LARGE_COMMUNITIES = 32;
    /** RFC 9234, "Only to Customer". */
    public static final int OTC = 35;

    /** Flag: not well-known. */
    public static final int OPTIONAL = 0x80;
    /** Flag: passed on also by those who do not know it. */
    public static final int TRANSITIVE = 0x40;
    /** Flag: somebody on the way did not know it. */
    public static final int PARTIAL = 0x20;
    /** Flag: the length takes two octets. */
    public static final int EXTENDED_LENGTH = 0x10;

    private AttributeType() {}

    /** The OPTIONAL and TRANSITIVE flags that a known type must have; -1 for a type that Espalier does not know. */
    public static int requiredFlags(int type) {
        return switch (type) {
            case ORIGIN, AS_PATH, NEXT_HOP, LOCAL_PREF, ATOMIC_AGGREGATE -> TRANSITIVE;
            case MULTI_EXIT_DISC, ORIGINATOR_ID, CLUSTER_LIST, MP_REACH_NLRI, MP_UNREACH_NLRI -> OPTIONAL;
            case AGGREGATOR, COMMUNITIES, EXTENDED_COMMUNITIES, AS4_PATH, AS4_AGGREGATOR, LARGE_COMMUNITIES, OTC ->
                OPTIONAL | TRANSITIVE;
            default -> -1;
        };
    }
}

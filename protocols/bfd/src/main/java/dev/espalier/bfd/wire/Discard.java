package dev.espalier.bfd.wire;

/** Why a packet was not taken (RFC 5880 section 6.8.6, RFC 5881 sections 4 and 5, RFC 5883). */
public enum Discard {
    /** Not a header. */
    TOO_SHORT("it is shorter than 24 octets"),
    /** Version is not 1. */
    VERSION("its version is not 1"),
    /** The Length field is less than a header, with the A bit less than one with authentication. */
    LENGTH_TOO_SMALL("its length field is too small"),
    /** The Length field is more than there is. */
    LENGTH_TOO_LARGE("its length field says more than arrived"),
    /** Detect Mult is 0. */
    ZERO_MULTIPLIER("its detection multiplier is 0"),
    /** The M bit is set. */
    MULTIPOINT("its multipoint bit is set"),
    /** My Discriminator is 0. */
    ZERO_DISCRIMINATOR("its discriminator is 0"),
    /** Your Discriminator is 0 in a state in which the sender knows it. */
    NO_DISCRIMINATOR_WHILE_ALIVE("it names no session of ours, although its state is Init or Up"),
    /** The A bit is set; no session here uses authentication. */
    AUTHENTICATION("it is authenticated, and sessions here are not"),
    /** The TTL or hop limit is lower than it can be. */
    TTL("its TTL says that it comes from further away than the peer is"),
    /** Your Discriminator is of no session. */
    UNKNOWN_DISCRIMINATOR("it names a session that does not exist (any more)"),
    /** Your Discriminator is 0, and nobody expects the sender. */
    UNKNOWN_PEER("no session with its sender is configured"),
    /** It names the session of another peer, or came to the port of the other kind of session. */
    WRONG_PEER("it names the session of another peer");

    private final String sentence;

    Discard(String sentence) {
        this.sentence = sentence;
    }

    /** The end of a sentence that begins with the packet. */
    public String sentence() {
        return sentence;
    }
}

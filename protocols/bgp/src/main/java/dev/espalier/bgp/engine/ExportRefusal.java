package dev.espalier.bgp.engine;

/** Why the best path for a prefix is not announced to a neighbour. */
public enum ExportRefusal {
    /** There is nothing to announce. */
    NO_BEST_PATH("there is no best path"),
    /** A path is never told to the one it came from. */
    CAME_FROM_THERE("it came from this very peer"),
    /** RFC 4456: only a route reflector passes on what an internal peer said, and only to or from its clients. */
    NOT_REFLECTED("it came from an internal peer, this is one too, and neither is a route reflection client"),
    /** RFC 1997. */
    NO_ADVERTISE("it carries the community no-advertise"),
    /** RFC 1997. */
    NO_EXPORT("it carries a community that keeps it within the AS (no-export or no-export-subconfed)"),
    /** RFC 9234 section 5, egress rule 2. */
    ROUTE_LEAK(
            "it would be a route leak: it carries OTC (only to customer), and this peer is a provider, a peer or a route "
                    + "server (RFC 9234)"),
    /** RFC 9494 section 4.3; what section 4.6 allows instead, LOCAL_PREF 0 and NO_EXPORT, we do not do. */
    LLGR_STALE("it is long-lived stale, and the peer does not say that it understands that (RFC 9494)"),
    /** The announcement was made for other neighbours. */
    NOT_FOR_THIS_PEER("the advertisement names other peers"),
    /** RFC 8212. */
    NO_POLICY("no export policy is configured for this external peer, and without one nothing is announced (RFC 8212): "
            + "set spec.exportPolicy, for instance [accept-all]"),
    /** The export policy said no; it names its statement itself. */
    POLICY("the export policy rejected it"),
    /** RFC 4271 section 5.1.3. */
    OWN_NEXT_HOP("its next hop is this very peer"),
    /** An aggregate of ours stands for it. */
    SUMMARISED("an aggregate with summaryOnly stands for it"),
    /** The peer is told as many prefixes as it may be. */
    LIMIT("the peer is told as many prefixes as spec.maximumPrefixes.out allows: raise the limit, or announce fewer"),
    /** Only a policy can ask for that. */
    NEXT_HOP_UNUSABLE(
            "the export policy gives it a next hop that cannot be told to this peer: a link-local address, one of "
                    + "the other family, or our own where the link has none"),
    /** There is no address of ours that the neighbour could use. */
    NO_NEXT_HOP("we have no address of this family on the link to the peer that could be the next hop: "
            + "give the link an address of this family"),
    /** RFC 8950 section 4; a reflector does not put itself in the place of the next hop. */
    NO_EXTENDED_NEXT_HOP(
            "its next hop is an IPv6 address, and that IPv4 routes may have one was not agreed on with this peer "
                    + "(RFC 8950): set spec.extendedNextHop on both sides"),
    /** RFC 4271 section 4: a message has a longest length. */
    TOO_LONG("its attributes do not fit a message to this peer");

    private final String sentence;

    ExportRefusal(String sentence) {
        this.sentence = sentence;
    }

    /** The reason for people, as the second half of a sentence. */
    @Override
    public String toString() {
        return sentence;
    }
}

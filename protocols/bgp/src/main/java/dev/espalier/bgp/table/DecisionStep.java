package dev.espalier.bgp.table;

/**
 * The steps of the decision process, in order. A path that is not best was put aside by exactly one of them; that step is the
 * reason people are shown.
 */
public enum DecisionStep {
    /** RFC 4271 section 9.1.2.1: a path whose next hop cannot be reached takes no part. */
    RESOLVABLE("its next hop cannot be reached"),
    /** RFC 9494 section 4.3: what is kept beyond the restart time, here or further on, is used only where there is nothing else. */
    LLGR_STALE("it is long-lived stale: its origin has been gone for longer than the restart time"),
    /** RFC 4271 section 9.1.1: the higher degree of preference; absent counts as 100. */
    LOCAL_PREF("its LOCAL_PREF is lower"),
    /** What we announce ourselves beats what others say of it, above all our own route reflected back. */
    LOCAL_ORIGIN("the best path is our own announcement"),
    /** RFC 4271 section 9.1.2.2 a; an AS_SET counts one. */
    AS_PATH_LENGTH("its AS path is longer"),
    /** RFC 4271 section 9.1.2.2 b. */
    ORIGIN("its ORIGIN is worse"),
    /** RFC 4271 section 9.1.2.2 c: among paths from the same neighbouring AS only, unless configured; absent counts as 0. */
    MED("its MED is higher"),
    /**
     * What follows compares ways through one and the same network. Those of another routing instance are of another network, so that
     * paths of this one go first, and then those of the instance named earlier in the configuration.
     */
    ROUTING_INSTANCE(
            "it is leaked from another routing instance, and the best path is of this one or of one named earlier"),
    /** RFC 4271 section 9.1.2.2 d. */
    EXTERNAL("it came from an internal peer, the best path from an external one"),
    /** RFC 4271 section 9.1.2.2 e: the metric of the route to the next hop. */
    NEXT_HOP_METRIC("its next hop is farther away"),
    /** RFC 4271 section 9.1.2.2 f, with ORIGINATOR_ID in place of the identifier as RFC 4456 section 9 says. */
    ROUTER_ID("its router id (or ORIGINATOR_ID) is higher"),
    /** RFC 4456 section 9: before the address. */
    CLUSTER_LIST_LENGTH("its CLUSTER_LIST is longer"),
    /** RFC 4271 section 9.1.2.2 g. */
    PEER_ADDRESS("its peer's address is higher"),
    /** Several paths of one peer (RFC 7911): the lower path identifier, so that the choice is always the same. */
    PATH_ID("its path identifier is higher");

    private final String whyNot;

    DecisionStep(String whyNot) {
        this.whyNot = whyNot;
    }

    /** Why a path put aside by this step is not best, as the end of a sentence. */
    public String whyNot() {
        return whyNot;
    }
}

package dev.espalier.bgp.engine;

/** Why a path that a neighbour announced takes no part in the decision. */
public enum ImportRefusal {
    /** RFC 4271 section 9.1.2: the route has been through here. */
    AS_LOOP("our own AS is in its AS path"),
    /** RFC 4271 section 6.3. */
    FIRST_AS(
            "its AS path does not begin with the peer's own AS (RFC 4271 section 6.3): if the peer is a route server, set "
                    + "spec.role: rs-client or spec.enforceFirstAs: false"),
    /** RFC 9234 section 5, ingress rule 1. */
    LEAK_FROM_CUSTOMER(
            "it is a route leak: it carries OTC (only to customer), and it came from a customer or route server "
                    + "client, who must not pass such routes on (RFC 9234)"),
    /** RFC 9234 section 5, ingress rule 2. */
    LEAK_FROM_PEER(
            "it is a route leak: it carries OTC (only to customer) of another AS than the peer's, which got it from a "
                    + "provider or a peer of its own (RFC 9234)"),
    /** RFC 4456 section 8. */
    ORIGINATOR_LOOP("its ORIGINATOR_ID is our router id: we announced it ourselves"),
    /** RFC 4456 section 8. */
    CLUSTER_LOOP("our cluster id is in its CLUSTER_LIST: it has been reflected through here"),
    /** RFC 4271 section 5.1.3. */
    OWN_NEXT_HOP("its next hop is our own address"),
    /** RFC 8212. */
    NO_POLICY("no import policy is configured for this external peer, and without one nothing is accepted (RFC 8212): "
            + "set spec.importPolicy, for instance [accept-all]"),
    /** The import policy said no; it names its statement itself. */
    POLICY("the import policy rejected it");

    private final String sentence;

    ImportRefusal(String sentence) {
        this.sentence = sentence;
    }

    /** The reason for people, as the second half of a sentence. */
    @Override
    public String toString() {
        return sentence;
    }
}

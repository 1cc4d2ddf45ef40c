package dev.espalier.policy;

/** What becomes of a route on which no statement has decided (OpenConfig {@code default-policy-type}). */
public enum DefaultAction {
    /** It is accepted, with the changes that statements have made on the way. */
    ACCEPT,
    /** It is rejected. */
    REJECT,
    /**
     * The next policy of the chain goes on with it, changes included. After the last policy of all, and for a policy judged on
     * its own, that is a rejection (RFC 8212: nothing passes that nobody let pass).
     */
    NEXT_POLICY
}

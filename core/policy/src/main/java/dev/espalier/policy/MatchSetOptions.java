package dev.espalier.policy;

/** How a route is compared with a set (OpenConfig {@code match-set-options-type}). */
public enum MatchSetOptions {
    /** Something of the route matches some member. The meaning of an absent option. */
    ANY,
    /** Every member is matched by something of the route. Only for what a route can have several of: communities, AS paths. */
    ALL,
    /** Nothing of the route matches any member. */
    INVERT
}

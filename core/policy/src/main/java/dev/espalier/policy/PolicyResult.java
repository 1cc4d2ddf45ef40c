package dev.espalier.policy;

/** How a statement ends for a route that meets its conditions (OpenConfig {@code policy-result-type}). */
public enum PolicyResult {
    /** The route is accepted; nothing after this statement looks at it. */
    ACCEPT,
    /** The route is rejected; nothing after this statement looks at it. */
    REJECT,
    /** The next statement goes on, and sees the attributes as this one has left them. The meaning of an absent result. */
    NEXT
}

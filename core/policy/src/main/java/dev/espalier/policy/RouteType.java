package dev.espalier.policy;

import dev.espalier.route.RouteSource;

/** Where a route was learnt, as {@code routeType} asks (OpenConfig {@code route-type}). */
public enum RouteType {
    /** From an internal BGP peer. */
    INTERNAL,
    /** From an external BGP peer. */
    EXTERNAL,
    /** From no peer: announced here, or found in the kernel. */
    LOCAL;

    /** The type of a route from a source. */
    public static RouteType of(RouteSource source) {
        return switch (source) {
            case IBGP -> INTERNAL;
            case EBGP -> EXTERNAL;
            case LOCAL, KERNEL -> LOCAL;
        };
    }
}

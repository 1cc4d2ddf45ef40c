package dev.espalier.policy;

/** Where a route was learnt, as {@code routeType} asks (OpenConfig {@code route-type}). */
public enum RouteType {
    /** From an internal BGP peer, or leaked from another routing instance: within the AS, and not by this speaker itself. */
    INTERNAL,
    /** From an external BGP peer. */
    EXTERNAL,
    /** From no peer: announced here, or found in the kernel. */
    LOCAL;

    /** The type of a route by who made it. */
    public static RouteType of(InstallProtocol source) {
        return switch (source) {
            case IBGP, LEAKED -> INTERNAL;
            case EBGP -> EXTERNAL;
            case LOCAL, CONNECTED, STATIC, KERNEL -> LOCAL;
        };
    }
}

package dev.espalier.policy;

import dev.espalier.route.RouteSource;

/**
 * Who made a route, as {@code installProtocolEq} asks (OpenConfig {@code INSTALL_PROTOCOL_TYPE}). What the kernel holds of others
 * is told apart by the number of its protocol, so that each such route is exactly one of {@link #CONNECTED}, {@link #STATIC} and
 * {@link #KERNEL}.
 */
public enum InstallProtocol {
    /** An external BGP peer. */
    EBGP,
    /** An internal BGP peer. */
    IBGP,
    /** We ourselves: what is announced here, for whatever reason. */
    LOCAL,
    /** Another routing instance of this host, from which it is leaked. */
    LEAKED,
    /** The kernel itself, for the networks of the host's addresses. */
    CONNECTED,
    /** The operator, with {@code ip route} and the like. */
    STATIC,
    /** Whoever else put a route into the kernel: a DHCP client, router advertisements, another routing daemon. */
    KERNEL;

    private static final int RTPROT_KERNEL = 2;
    private static final int RTPROT_BOOT = 3; // what `ip route add` uses when it is told no other
    private static final int RTPROT_STATIC = 4;

    /** The protocol of a route from a source. */
    public static InstallProtocol of(RouteSource source) {
        return switch (source) {
            case EBGP -> EBGP;
            case IBGP -> IBGP;
            case LOCAL -> LOCAL;
            case LEAKED -> LEAKED;
            case KERNEL, FLANNEL -> KERNEL; // beside BGP in the table, and not judged by its policies
        };
    }

    /**
     * The protocol of a route in the kernel that is not ours.
     *
     * @param protocol the kernel's number for who made it ({@code RTPROT_*})
     */
    public static InstallProtocol ofKernelRoute(int protocol) {
        return switch (protocol) {
            case RTPROT_KERNEL -> CONNECTED;
            case RTPROT_BOOT, RTPROT_STATIC -> STATIC;
            default -> KERNEL;
        };
    }
}

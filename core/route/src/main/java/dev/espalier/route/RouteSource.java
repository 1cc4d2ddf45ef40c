package dev.espalier.route;

/**
 * Who says that a route exists. The default preference decides between sources for one prefix: the smaller wins (the
 * "administrative distance" of other routers, with the values people know from them).
 */
public enum RouteSource {
    /** A route in the kernel that is not ours: connected networks, the operator's static routes, other daemons. */
    KERNEL(0),
    /** Announced here by configuration, or an aggregate's discard route. */
    LOCAL(5),
    /** The subnet of another node of a flannel network. */
    FLANNEL(10),
    /** Learnt from an external BGP peer. */
    EBGP(20),
    /** Learnt from an internal BGP peer. */
    IBGP(200),
    /** Leaked from another routing instance of this host: behind all that the instance has of its own, by whatever protocol. */
    LEAKED(210);

    private final int preference;

    RouteSource(int preference) {
        this.preference = preference;
    }

    /** The default preference: 0 to 255, smaller wins. */
    public int preference() {
        return preference;
    }
}

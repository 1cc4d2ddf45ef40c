package dev.espalier.routing;

import dev.espalier.net.AddressFamily;

/** Hears when routes send packets elsewhere although nobody put them anew; see {@link RoutingTable#observeWays}. On the table's loop. */
@FunctionalInterface
public interface WaysObserver {

    /** Nobody. */
    WaysObserver NONE = (family, prefix) -> {};

    /**
     * A next hop of a route for this prefix is reached another way, or not at all. Called while the table is at work, once for each
     * route by that next hop: it must only be remembered.
     *
     * @param prefix the number of the prefix
     */
    void waysChanged(AddressFamily family, int prefix);
}

package dev.espalier.routing;

import dev.espalier.net.IpAddress;

/** Hears what becomes of a next hop that it tracks; see {@link RoutingTable#track}. On the table's loop. */
@FunctionalInterface
public interface NextHopObserver {

    /**
     * Whether or how the next hop is reached has changed. May call the table.
     *
     * @param nextHop the address tracked
     * @param link the link it was tracked on, 0 for none
     * @param state what is known now
     */
    void nextHopChanged(IpAddress nextHop, int link, NextHopState state);
}

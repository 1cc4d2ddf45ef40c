package dev.espalier.routing;

import dev.espalier.net.IpAddress;

/**
 * A next hop that somebody tracks or that a group of next hops uses, for people. Immutable.
 *
 * @param address the next hop
 * @param link the link it is on, 0 when the address says it all
 * @param groups how many groups use it
 * @param observers how many protocols track it
 * @param state what is known of it
 */
public record TrackedNextHop(IpAddress address, int link, int groups, int observers, NextHopState state) {}

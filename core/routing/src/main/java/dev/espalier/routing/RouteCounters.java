package dev.espalier.routing;

import dev.espalier.route.RouteSource;
import java.util.Map;

/**
 * How many routes there are. Immutable.
 *
 * @param routes candidate routes by source
 * @param installed routes of ours that the kernel holds, stale ones included
 * @param stale routes among them that an earlier run left and nobody has announced since
 * @param pending routes about which the kernel is being told or about to be
 * @param failed routes that the kernel refused
 * @param groups groups of next hops that routes or protocols hold
 */
public record RouteCounters(
        Map<RouteSource, Integer> routes, int installed, int stale, int pending, int failed, int groups) {}

package dev.espalier.routing;

import dev.espalier.net.IpPrefix;
import dev.espalier.route.NextHop;
import dev.espalier.route.RouteSource;
import java.util.List;

/**
 * The route that is used for a prefix, for people. Immutable.
 *
 * @param prefix the destination
 * @param source who says so
 * @param preference the preference it was chosen by; smaller wins
 * @param metric the metric among routes of one preference; smaller wins
 * @param nextHops the next hops as the source gave them; empty for the kernel's own routes
 * @param hops the ways out that these resolve to; empty when none can be reached
 * @param kernel whether the kernel holds it
 */
public record TableRoute(
        IpPrefix prefix,
        RouteSource source,
        int preference,
        long metric,
        List<NextHop> nextHops,
        List<NextHop.Hop> hops,
        KernelStatus kernel) {}

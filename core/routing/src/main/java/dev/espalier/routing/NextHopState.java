package dev.espalier.routing;

import dev.espalier.route.NextHop;
import java.util.List;

/**
 * What is known of a next hop now. Immutable.
 *
 * @param resolvable whether packets can be sent to it
 * @param metric the metric of the route that leads to it: 0 when it is directly connected, meaningless unless resolvable
 * @param directlyConnected whether it is a neighbour on one of this host's links, with no router in between
 * @param hops the ways to it, in order, each with its share of the traffic; empty unless resolvable
 * @param because a sentence for people: what it resolves through, or why it does not resolve
 */
public record NextHopState(
        boolean resolvable, long metric, boolean directlyConnected, List<NextHop.Hop> hops, String because) {

    /** A next hop that cannot be reached, and why. */
    static NextHopState unresolvable(String because) {
        return new NextHopState(false, 0, false, List.of(), because);
    }
}

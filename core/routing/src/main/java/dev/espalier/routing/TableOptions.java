package dev.espalier.routing;

import java.util.concurrent.Executor;

/**
 * How a routing table behaves.
 *
 * @param blocking runs work that blocks (reading the kernel's table back) away from the loop; at least one thread
 * @param resolveThroughDefault whether a next hop may be reached through a default route. A host often has nothing else, and an
 *     internal or multihop BGP next hop is then reached by it; a router that knows its own network may want to refuse
 */
public record TableOptions(Executor blocking, boolean resolveThroughDefault) {

    /** The usual: default routes do resolve next hops. */
    public TableOptions(Executor blocking) {
        this(blocking, true);
    }
}

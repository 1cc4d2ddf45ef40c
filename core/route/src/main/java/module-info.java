/**
 * What protocols, the routing table and the kernel say to each other: routes with their attributes and next hops, the routing
 * instance they belong to, and the ports behind which the real world stands.
 *
 * <p><b>Owns</b> the meaning of a route ({@link dev.espalier.route.PathAttributes}, {@link dev.espalier.route.NextHop},
 * {@link dev.espalier.route.RoutingInstance}) and the five ports: {@link dev.espalier.route.Loop} (threads, clock, timers),
 * {@link dev.espalier.route.Transport} (TCP), {@link dev.espalier.route.Fib} (the kernel's routes),
 * {@link dev.espalier.route.Links} (the kernel's links, addresses and foreign routes) and
 * {@link dev.espalier.route.EventSink} (what happened, for people).
 *
 * <p><b>Implemented by</b> {@code linux}, {@code transport} and the simulator in {@code lab}. <b>Called by</b> every protocol.
 * <b>Must never</b> open a socket, start a thread or read a clock itself: it only says how that is asked for.
 */
@org.jspecify.annotations.NullMarked
module dev.espalier.route {
    requires static transitive org.jspecify;
    requires transitive dev.espalier.net;

    exports dev.espalier.route;
}

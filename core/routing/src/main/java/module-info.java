/**
 * The routing table of a node: which of several sources' routes is used for a prefix, how its next hops are reached, and what
 * the kernel holds of it.
 *
 * <p><b>Owns</b>, for one routing instance, the candidate routes of all sources ({@link dev.espalier.routing.RoutingTable}), the
 * groups of next hops they share, the tracking of next hops against the kernel's own routes and links, and the difference
 * between what the kernel should hold and what it holds. {@link dev.espalier.routing.PrefixIndex} is the index of prefixes that
 * the protocols' tables share with it.
 *
 * <p><b>Called by</b> protocols, which put and remove routes and track next hops, by the kernel side through
 * {@link dev.espalier.route.Links} and {@link dev.espalier.route.Fib}, and by whoever shows the table to people. Everything runs
 * on the loop of the instance. <b>Must never</b> block that loop, read a clock or start a thread except through
 * {@link dev.espalier.route.Loop}, or know a protocol: a BGP path is a route from a source to it, and nothing more.
 */
@org.jspecify.annotations.NullMarked
module dev.espalier.routing {
    requires static transitive org.jspecify;
    requires transitive dev.espalier.route;

    exports dev.espalier.routing;
}

/**
 * The engine as a library: a BGP speaker inside somebody else's program, without the daemon, its configuration files and its API.
 *
 * <p><b>Owns</b> the wiring of one routing instance (its loop, its routing table, its speaker and the order in which they start
 * and stop), which the daemon uses too; and the surface on which other programs build:
 * {@link dev.espalier.library.BgpSpeaker}, the place to start reading.
 *
 * <p><b>Called by</b> programs that embed the engine, and by the agent, which alone sees {@code dev.espalier.library.instance}.
 *
 * <p><b>Must never</b> know the daemon, its objects or its stores; decide about routes, or explain a decision in words of its
 * own; call a subscriber on a loop, or let a slow one cost anybody else time or memory.
 */
@org.jspecify.annotations.NullMarked
module dev.espalier.library {
    requires static transitive org.jspecify;
    requires transitive dev.espalier.bgp;
    requires transitive dev.espalier.net;
    requires transitive dev.espalier.policy;
    requires transitive dev.espalier.route;
    requires transitive dev.espalier.routing;
    requires dev.espalier.transport;

    exports dev.espalier.library;
    exports dev.espalier.library.instance to
            dev.espalier.agent;
}

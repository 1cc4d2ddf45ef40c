/**
 * BGP-4: from the octets that a neighbour sends to the best paths, and from those to the octets it is sent.
 *
 * <p><b>Owns</b> the protocol, in six packages. {@code wire} turns octets into messages and back, and judges them by RFC 7606.
 * {@code fsm} is the state machine of RFC 4271 section 8 as a pure function of state, event and time. {@code session} keeps one
 * neighbour's connections and timers, on the side of input and output; {@code discovery} finds neighbours of which only the
 * interface is known. {@code table} holds the paths as plain data and decides
 * between them; nobody but {@code engine} sees it. {@code engine} puts them together:
 * {@link dev.espalier.bgp.engine.Speaker} is the place to start reading.
 *
 * <p><b>Called by</b> the agent, which starts a speaker for each routing instance and hands it its ports; by {@code objects}, which
 * makes {@link dev.espalier.bgp.SpeakerConfig} from what people wrote; and by {@code capture}, which uses the codec alone. It
 * gives its best paths to the routing table as one source among others.
 *
 * <p>A speaker belongs to the loop of its routing instance and each session to a loop of the transport, so that hold timers are
 * served while the tables are busy. Only immutable values travel between them.
 *
 * <p><b>Must never</b> open a socket, start a thread, read a clock or draw a random number: it is given a
 * {@link dev.espalier.route.Transport}, {@link dev.espalier.route.Loop}s and a source of chance. Must never log: what happens
 * goes to the {@link dev.espalier.route.EventSink}. Must never speak to the kernel, or give a reason that is not the one by which
 * it decided.
 */
@org.jspecify.annotations.NullMarked
module dev.espalier.bgp {
    requires static transitive org.jspecify;
    requires transitive dev.espalier.policy;
    requires transitive dev.espalier.routing;
    requires transitive dev.espalier.route;

    exports dev.espalier.bgp;
    exports dev.espalier.bgp.engine;
    exports dev.espalier.bgp.fsm;
    exports dev.espalier.bgp.session;
    exports dev.espalier.bgp.wire;
}

/**
 * BFD (RFC 5880, 5881, 5883): tells within a fraction of a second that the path to a neighbour does not carry packets any more.
 *
 * <p><b>Owns</b> the protocol, in three packages. {@code wire} turns octets into control packets and back, and says which must be
 * discarded. {@code fsm} is one session as a pure function of state, event and time. {@code engine} keeps the sessions with their
 * timers and sockets: {@link dev.espalier.bfd.engine.BfdSessions} is the place to start reading. Asynchronous mode; neither
 * authentication nor the echo function.
 *
 * <p><b>Called by</b> the agent, which gives it a loop of its own, so that a routing table that is busy does not delay it; by
 * {@code objects}, which makes a {@link dev.espalier.bfd.BfdProfile} from what people wrote.
 *
 * <p><b>Must never</b> open a socket, start a thread, read a clock or draw a random number: it is given {@link
 * dev.espalier.route.Datagrams}, a {@link dev.espalier.route.Loop} and a source of chance. Must never know who uses a session,
 * beyond a name for people.
 */
@org.jspecify.annotations.NullMarked
module dev.espalier.bfd {
    requires static transitive org.jspecify;
    requires transitive dev.espalier.route;

    exports dev.espalier.bfd;
    exports dev.espalier.bfd.engine;
    exports dev.espalier.bfd.fsm;
    exports dev.espalier.bfd.wire;
}

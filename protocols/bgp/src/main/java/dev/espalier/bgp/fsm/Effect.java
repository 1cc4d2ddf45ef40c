package dev.espalier.bgp.fsm;

import dev.espalier.bgp.session.Negotiated;
import dev.espalier.bgp.session.SessionObserver;
import dev.espalier.bgp.wire.Message;

/** What the state machine wants done, in the order given. */
public sealed interface Effect {

    /** Start to connect; the outcome comes as {@link FsmEvent.Opened} or {@link FsmEvent.Lost} under this name. */
    record Connect(ConnectionId connection) implements Effect {}

    /** Leave unread what arrives on this connection until {@link SendOpen}. */
    record Park(ConnectionId connection) implements Effect {}

    /** Send our OPEN, made at this moment by {@link Negotiation#open}. */
    record SendOpen(ConnectionId connection) implements Effect {}

    /** Send a message. */
    record Send(ConnectionId connection, Message message) implements Effect {}

    /** Close the connection once what was sent is on its way; nothing that it still says matters. */
    record Close(ConnectionId connection) implements Effect {}

    /** Give the connection, or the attempt to open it, up at once. */
    record Abort(ConnectionId connection) implements Effect {}

    /**
     * Start a timer, or start it anew, to run for a time drawn evenly from a range: RFC 4271 section 10 asks for jitter.
     *
     * @param shortest nanoseconds
     * @param longest nanoseconds
     */
    record Arm(FsmTimer timer, long shortest, long longest) implements Effect {}

    /** Stop a timer, if it runs. */
    record Cancel(FsmTimer timer) implements Effect {}

    /** From now on messages on this connection are read and written as agreed. */
    record Agreed(ConnectionId connection, Negotiated negotiated) implements Effect {}

    /** The session is established. */
    record Established(ConnectionId connection, Negotiated negotiated) implements Effect {}

    /** The session, which was established, has ended. */
    record Closed(ConnectionId connection, SessionObserver.Closed closed) implements Effect {}

    /**
     * An attempt to establish a session has failed.
     *
     * @param reason a sentence for people
     */
    record Failed(Failure failure, String reason) implements Effect {}

    /** What kind of attempt failed. */
    enum Failure {
        /** No connection came about. */
        UNREACHABLE,
        /** We refused what the neighbour sent. */
        REFUSED,
        /** The neighbour refused us. */
        REFUSED_BY_NEIGHBOUR,
        /** The connection was lost, or nothing came, before the session was established. */
        LOST
    }
}

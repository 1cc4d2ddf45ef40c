package dev.espalier.bgp.fsm;

/** A timer of the state machine. The timers of a connection end with it. */
public sealed interface FsmTimer {

    /** One that concerns the neighbour, whichever connections it has. */
    sealed interface OfNeighbor extends FsmTimer {}

    /** ConnectRetryTimer (RFC 4271 section 8, timer 1): another attempt is due, or the present one has taken too long. */
    record ConnectRetry() implements OfNeighbor {}

    /** IdleHoldTimer (section 8.1.1, optional attribute DampPeerOscillations): the pause after a failure is over. */
    record IdleHold() implements OfNeighbor {}

    /** While a session waits for its path to be up, this is when to say so, and when to say it again. */
    record PathWait() implements OfNeighbor {}

    /** Of two connections that collide, the one to be kept has had its time to come up; at most one waits for it. */
    record Collision() implements OfNeighbor {}

    /**
     * HoldTimer (section 8, timer 2). Whoever keeps it also counts every octet received as a sign of life, and reports its expiry
     * only when there was none for the whole time.
     *
     * @param connection whose
     */
    record Hold(ConnectionId connection) implements FsmTimer {}

    /**
     * SendHoldTimer (RFC 9687). Whoever keeps it reports its expiry when octets have waited for the whole time and the neighbour
     * has taken none of them.
     *
     * @param connection whose
     */
    record SendHold(ConnectionId connection) implements FsmTimer {}

    /**
     * KeepaliveTimer (section 8, timer 3).
     *
     * @param connection whose
     */
    record Keepalive(ConnectionId connection) implements FsmTimer {}
}

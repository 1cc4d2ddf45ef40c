package dev.espalier.bfd.fsm;

import dev.espalier.bfd.wire.ControlPacket;
import dev.espalier.bfd.wire.State;

/** What a session wants done, in the order given. */
public sealed interface BfdEffect {

    /** Send a packet now. */
    record Send(ControlPacket packet) implements BfdEffect {}

    /**
     * From now on a periodic packet is due so long after the one sent last; each time is drawn evenly from the range, which RFC
     * 5880 section 6.8.7 wants so that packets of many sessions do not fall into step.
     *
     * @param shortest nanoseconds; 0 for no periodic packets
     * @param longest nanoseconds
     */
    record Pace(long shortest, long longest) implements BfdEffect {}

    /**
     * The peer has been heard: if it is not within this time, that is {@link BfdEvent.DetectionExpired}.
     *
     * @param nanos from now
     */
    record Detect(long nanos) implements BfdEffect {}

    /**
     * The session has changed its state.
     *
     * @param reason a sentence for people
     */
    record Changed(State from, State to, Cause cause, String reason) implements BfdEffect {
        /** Whether the path has failed, rather than somebody having taken the session down or it not having come up. */
        public boolean isFailure() {
            return from == State.UP && (cause == Cause.SILENCE || cause == Cause.PEER_SAYS_DOWN);
        }
    }

    /** What changed a session's state. */
    enum Cause {
        /** The three-way handshake went on. */
        HANDSHAKE,
        /** The peer was not heard for the detection time. */
        SILENCE,
        /** The peer says that its session is down: it does not hear us, or it was restarted. */
        PEER_SAYS_DOWN,
        /** The peer's operator has taken the session down. */
        PEER_ADMIN_DOWN,
        /** Here the session was enabled or disabled. */
        ORDER
    }
}

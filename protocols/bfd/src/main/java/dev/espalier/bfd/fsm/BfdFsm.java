package dev.espalier.bfd.fsm;

import java.util.List;

/**
 * The state machine of one session (RFC 5880 section 6.8): from a state and an event to the next state and what is to be done.
 * Pure: no sockets, no clock, no threads, no randomness; any thread.
 *
 * <p>Where it departs from the RFC, and why:
 *
 * <ul>
 *   <li>A change of our intervals begins a poll sequence only while the session is Up. Before, each packet carries the new
 *       values, and nobody relies on the old ones.
 *   <li>A change while a poll sequence runs waits for its end: the answer on its way could belong to either.
 * </ul>
 */
public final class BfdFsm {

    private BfdFsm() {}

    /**
     * What an event leads to.
     *
     * @param state the next state
     * @param effects what to do, in order
     */
    public record Step(SessionVariables state, List<BfdEffect> effects) {
        /** Copies the list. */
        public Step {
            effects = List.copyOf(effects);
        }
    }

    /** Takes one event. */
    public static Step step(SessionVariables state, BfdEvent event) {
        SessionTurn turn = new SessionTurn(state);
        switch (event) {
            case BfdEvent.Received received -> turn.received(received.packet());
            case BfdEvent.DetectionExpired expired -> turn.detectionExpired();
            case BfdEvent.TransmitDue due -> turn.transmitDue();
            case BfdEvent.Enable enable -> turn.enable();
            case BfdEvent.Disable disable -> turn.disable();
            case BfdEvent.Reconfigure reconfigure -> turn.reconfigure(reconfigure.profile());
        }
        return turn.step();
    }
}

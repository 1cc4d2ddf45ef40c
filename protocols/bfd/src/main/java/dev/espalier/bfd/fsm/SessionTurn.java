package dev.espalier.bfd.fsm;

import dev.espalier.bfd.BfdProfile;
import dev.espalier.bfd.fsm.BfdEffect.Cause;
import dev.espalier.bfd.fsm.SessionVariables.Remote;
import dev.espalier.bfd.wire.ControlPacket;
import dev.espalier.bfd.wire.Diagnostic;
import dev.espalier.bfd.wire.State;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One turn of {@link BfdFsm}: the variables being worked on and the effects so far. Lives as long as one event. */
final class SessionTurn {

    private static final long NANOS_PER_MICRO = 1000;
    private static final long MICROS_PER_MILLI = 1000;

    private final SessionVariables before;
    private final List<BfdEffect> effects = new ArrayList<>();

    private BfdProfile profile;
    private @Nullable BfdProfile pending;
    private State state;
    private Diagnostic diagnostic;
    private long desiredMinTransmit;
    private long requiredMinReceive;
    private long transmitInForce;
    private long receiveInForce;
    private boolean polling;
    private Remote remote;

    SessionTurn(SessionVariables variables) {
        before = variables;
        profile = variables.profile();
        pending = variables.pending();
        state = variables.sessionState();
        diagnostic = variables.localDiagnostic();
        desiredMinTransmit = variables.desiredMinTransmit();
        requiredMinReceive = variables.requiredMinReceive();
        transmitInForce = variables.transmitInForce();
        receiveInForce = variables.receiveInForce();
        polling = variables.polling();
        remote = variables.remote();
    }

    BfdFsm.Step step() {
        SessionVariables after = variables();
        boolean samePace = after.transmitInterval() == before.transmitInterval()
                && after.profile().detectMultiplier() == before.profile().detectMultiplier();
        if (!samePace) {
            effects.add(pace(after));
        }
        return new BfdFsm.Step(after, effects);
    }

    private SessionVariables variables() {
        return new SessionVariables(
                profile,
                pending,
                before.localDiscriminator(),
                state,
                diagnostic,
                desiredMinTransmit,
                requiredMinReceive,
                transmitInForce,
                receiveInForce,
                polling,
                remote);
    }

    /** RFC 5880 section 6.8.7: 75 to 100 percent of the interval; with a multiplier of 1 no more than 90, or none may be lost. */
    private static BfdEffect.Pace pace(SessionVariables variables) {
        long nanos = NANOS_PER_MICRO * variables.transmitInterval();
        boolean single = variables.profile().detectMultiplier() == 1;
        return new BfdEffect.Pace(nanos / 100 * 75, single ? nanos / 100 * 90 : nanos);
    }

    // ---- orders

    void enable() {
        if (state == State.ADMIN_DOWN) {
            remote = Remote.UNHEARD;
            change(State.DOWN, Diagnostic.NONE, Cause.ORDER, "the session is wanted again");
        }
        effects.add(pace(variables()));
    }

    void disable() {
        if (state != State.ADMIN_DOWN) {
            change(State.ADMIN_DOWN, Diagnostic.ADMINISTRATIVELY_DOWN, Cause.ORDER, "nobody here uses the session");
        }
    }

    void reconfigure(BfdProfile wanted) {
        if (polling) {
            pending = wanted;
        } else {
            profile = wanted;
            announce();
        }
    }

    // ---- time

    void detectionExpired() {
        // RFC 5880 section 6.8.1: bfd.RemoteDiscr goes back to zero, in whatever state.
        long silence = before.detectionTime();
        remote = Remote.UNHEARD;
        polling = false;
        if (state == State.INIT || state == State.UP) {
            change(State.DOWN, Diagnostic.DETECTION_TIME_EXPIRED, Cause.SILENCE, Reasons.silence(silence));
        }
    }

    void transmitDue() {
        if (variables().transmitInterval() > 0) {
            send(false);
        }
    }

    // ---- packets

    /** RFC 5880 section 6.8.6, from where the session has been found. */
    void received(ControlPacket packet) {
        remote = new Remote(
                packet.myDiscriminator(),
                packet.state(),
                packet.diagnostic(),
                packet.requiredMinReceive(),
                packet.desiredMinTransmit(),
                packet.detectMultiplier(),
                packet.demand(),
                packet.controlPlaneIndependent());
        if (polling && packet.isFinal()) {
            endPoll();
        }
        if (state == State.ADMIN_DOWN) {
            return;
        }
        boolean changed = followPeer(packet);
        if (packet.poll()) {
            send(true);
        } else if (changed) {
            send(false);
        }
        effects.add(new BfdEffect.Detect(NANOS_PER_MICRO * variables().detectionTime()));
    }

    /** @return whether our state has changed */
    private boolean followPeer(ControlPacket packet) {
        State peer = packet.state();
        State next =
                switch (state) {
                    case DOWN -> peer == State.DOWN ? State.INIT : peer == State.INIT ? State.UP : State.DOWN;
                    case INIT ->
                        peer == State.INIT || peer == State.UP ? State.UP : peer == State.DOWN ? state : State.DOWN;
                    case UP -> peer == State.INIT || peer == State.UP ? state : State.DOWN;
                    case ADMIN_DOWN -> state;
                };
        if (next == state) {
            return false;
        }
        if (next != State.DOWN) {
            // Only a failure is worth a diagnostic; it is kept until the session is Up again.
            Diagnostic kept = next == State.UP ? Diagnostic.NONE : diagnostic;
            moveTo(next, kept, Cause.HANDSHAKE, Reasons.HANDSHAKE);
        } else if (peer == State.ADMIN_DOWN) {
            moveTo(next, Diagnostic.NEIGHBOR_SIGNALED_DOWN, Cause.PEER_ADMIN_DOWN, Reasons.PEER_ADMIN_DOWN);
        } else {
            moveTo(
                    next,
                    Diagnostic.NEIGHBOR_SIGNALED_DOWN,
                    Cause.PEER_SAYS_DOWN,
                    Reasons.peerSaysDown(packet.diagnostic()));
        }
        return true;
    }

    // ---- small steps

    /** Changes the state and tells the peer at once. */
    private void change(State next, Diagnostic why, Cause cause, String reason) {
        moveTo(next, why, cause, reason);
        boolean mayAnswer = !profile.passive() || remote.discriminator() != 0 || next == State.ADMIN_DOWN;
        if (mayAnswer && remote.minReceive() != 0) {
            send(false);
        }
    }

    private void moveTo(State next, Diagnostic why, Cause cause, String reason) {
        effects.add(new BfdEffect.Changed(state, next, cause, reason));
        state = next;
        diagnostic = why;
        if (next != State.UP) {
            polling = false;
            adoptPending();
        }
        announce();
    }

    /** Announces what the profile and the state ask for; while Up, by a poll sequence (RFC 5880 section 6.8.3). */
    private void announce() {
        long transmit = MICROS_PER_MILLI * profile.desiredMinTransmitMillis();
        long receive = MICROS_PER_MILLI * profile.requiredMinReceiveMillis();
        if (state != State.UP) {
            transmit = Math.max(transmit, SessionVariables.SLOW_MICROS);
        }
        boolean differs = transmit != desiredMinTransmit || receive != requiredMinReceive;
        desiredMinTransmit = transmit;
        requiredMinReceive = receive;
        polling |= differs && state == State.UP;
        // What makes the peer detect too early, or us, waits until it has answered.
        transmitInForce = polling ? Math.min(transmitInForce, transmit) : transmit;
        receiveInForce = polling ? Math.max(receiveInForce, receive) : receive;
    }

    private void endPoll() {
        polling = false;
        transmitInForce = desiredMinTransmit;
        receiveInForce = requiredMinReceive;
        if (adoptPending()) {
            announce();
        }
    }

    private boolean adoptPending() {
        if (pending == null) {
            return false;
        }
        profile = pending;
        pending = null;
        return true;
    }

    private void send(boolean isFinal) {
        effects.add(new BfdEffect.Send(new ControlPacket(
                diagnostic,
                state,
                polling && !isFinal,
                isFinal,
                false,
                false,
                profile.detectMultiplier(),
                before.localDiscriminator(),
                remote.discriminator(),
                desiredMinTransmit,
                requiredMinReceive,
                0)));
    }
}

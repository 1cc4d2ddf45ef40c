package dev.espalier.bfd.fsm;

import dev.espalier.bfd.BfdProfile;
import dev.espalier.bfd.wire.Diagnostic;
import dev.espalier.bfd.wire.State;
import org.jspecify.annotations.Nullable;

/**
 * Where one session stands: the state variables of RFC 5880 section 6.8.1, named as there where they are in it. Intervals are
 * microseconds.
 *
 * @param profile how the session is to be held
 * @param pending how it is to be held once the running poll sequence has ended, or null
 * @param localDiscriminator our number for it, not 0
 * @param sessionState where it stands
 * @param localDiagnostic why it was last left
 * @param desiredMinTransmit what we announce
 * @param requiredMinReceive what we announce
 * @param transmitInForce how often we send at most; while a poll sequence runs, it may still be less than what we announce
 * @param receiveInForce what the detection time counts by; while a poll sequence runs, it may still be more than what we announce
 * @param polling whether our packets carry P
 * @param remote what the peer said last
 */
public record SessionVariables(
        BfdProfile profile,
        @Nullable BfdProfile pending,
        int localDiscriminator,
        State sessionState,
        Diagnostic localDiagnostic,
        long desiredMinTransmit,
        long requiredMinReceive,
        long transmitInForce,
        long receiveInForce,
        boolean polling,
        Remote remote) {

    /** While a session is not Up, packets are at least so far apart (RFC 5880 section 6.8.3). */
    public static final long SLOW_MICROS = 1_000_000;

    /**
     * What the peer said last.
     *
     * @param discriminator its number for the session; 0 when not known
     * @param state where it stands
     * @param diagnostic why it was last left
     * @param minReceive how often it can receive; 1 before it has said so
     * @param desiredMinTransmit how often it would like to send
     * @param detectMultiplier its multiplier; 0 before it has said so
     * @param demand whether it wants no periodic packets
     * @param controlPlaneIndependent whether its BFD survives a restart of its control plane
     */
    public record Remote(
            int discriminator,
            State state,
            Diagnostic diagnostic,
            long minReceive,
            long desiredMinTransmit,
            int detectMultiplier,
            boolean demand,
            boolean controlPlaneIndependent) {
        /** A peer that has not been heard. */
        static final Remote UNHEARD = new Remote(0, State.DOWN, Diagnostic.NONE, 1, 0, 0, false, false);
    }

    /** A session that has just been created. */
    public static SessionVariables created(BfdProfile profile, int localDiscriminator) {
        long transmit = Math.max(SLOW_MICROS, 1000L * profile.desiredMinTransmitMillis());
        long receive = 1000L * profile.requiredMinReceiveMillis();
        return new SessionVariables(
                profile,
                null,
                localDiscriminator,
                State.DOWN,
                Diagnostic.NONE,
                transmit,
                receive,
                transmit,
                receive,
                false,
                Remote.UNHEARD);
    }

    /** How long the peer may be silent (RFC 5880 section 6.8.4), in microseconds; 0 before it was heard. */
    public long detectionTime() {
        return remote.detectMultiplier * Math.max(receiveInForce, remote.desiredMinTransmit);
    }

    /** How often we send, before jitter (RFC 5880 section 6.8.2), in microseconds; 0 for never. */
    public long transmitInterval() {
        // RFC 5880 section 6.6: in Demand mode, which is the sender's wish, we are silent unless we poll.
        boolean unwanted = remote.minReceive == 0
                || remote.demand && sessionState == State.UP && remote.state == State.UP && !polling;
        boolean unheard = profile.passive() && remote.discriminator == 0;
        return unwanted || unheard ? 0 : Math.max(transmitInForce, remote.minReceive);
    }
}

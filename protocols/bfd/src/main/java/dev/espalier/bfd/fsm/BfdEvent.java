package dev.espalier.bfd.fsm;

import dev.espalier.bfd.BfdProfile;
import dev.espalier.bfd.wire.ControlPacket;

/** What can happen to a session. */
public sealed interface BfdEvent {

    /** A control packet for this session has arrived; whoever found the session has made the checks that need no state. */
    record Received(ControlPacket packet) implements BfdEvent {}

    /** No packet came for the time that {@link BfdEffect.Detect} last named. */
    record DetectionExpired() implements BfdEvent {}

    /** A periodic packet is due, as {@link BfdEffect.Pace} asked for. */
    record TransmitDue() implements BfdEvent {}

    /** The session is wanted. */
    record Enable() implements BfdEvent {}

    /** The session is not wanted any more: AdminDown. */
    record Disable() implements BfdEvent {}

    /** The session shall be held otherwise. */
    record Reconfigure(BfdProfile profile) implements BfdEvent {}
}

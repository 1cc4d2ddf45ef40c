package dev.espalier.bfd.wire;

import java.nio.ByteBuffer;

/**
 * A control packet without authentication (RFC 5880 section 4.1). Intervals are microseconds, unsigned 32 bits.
 *
 * @param diagnostic why the sender's session was last left
 * @param state where the sender's session stands
 * @param poll P: the sender asks for an answer
 * @param isFinal F: this is the answer
 * @param controlPlaneIndependent C: the sender's BFD survives a restart of its control plane
 * @param demand D: the sender wants no periodic packets once both sides are Up
 * @param detectMultiplier by which the interval is to be multiplied, 1 to 255
 * @param myDiscriminator the sender's number for the session, not 0
 * @param yourDiscriminator the receiver's number for the session; 0 while the sender does not know it
 * @param desiredMinTransmit how often the sender would like to send
 * @param requiredMinReceive how often the sender can receive; 0 for never
 * @param requiredMinEchoReceive how often the sender can receive echo packets; 0 for never
 */
public record ControlPacket(
        Diagnostic diagnostic,
        State state,
        boolean poll,
        boolean isFinal,
        boolean controlPlaneIndependent,
        boolean demand,
        int detectMultiplier,
        int myDiscriminator,
        int yourDiscriminator,
        long desiredMinTransmit,
        long requiredMinReceive,
        long requiredMinEchoReceive) {

    /** The octets of every packet that carries no authentication. */
    public static final int LENGTH = 24;

    static final int VERSION = 1;
    static final int POLL = 0x20;
    static final int FINAL = 0x10;
    static final int INDEPENDENT = 0x08;
    static final int AUTHENTICATION = 0x04;
    static final int DEMAND = 0x02;
    static final int MULTIPOINT = 0x01;

    /** The packet as octets. */
    public byte[] octets() {
        int flags = state.code() << 6
                | (poll ? POLL : 0)
                | (isFinal ? FINAL : 0)
                | (controlPlaneIndependent ? INDEPENDENT : 0)
                | (demand ? DEMAND : 0);
        return ByteBuffer.allocate(LENGTH)
                .put((byte) (VERSION << 5 | diagnostic.code()))
                .put((byte) flags)
                .put((byte) detectMultiplier)
                .put((byte) LENGTH)
                .putInt(myDiscriminator)
                .putInt(yourDiscriminator)
                .putInt((int) desiredMinTransmit)
                .putInt((int) requiredMinReceive)
                .putInt((int) requiredMinEchoReceive)
                .array();
    }
}

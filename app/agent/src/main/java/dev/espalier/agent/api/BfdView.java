package dev.espalier.agent.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One BFD session.
 *
 * @param peer the peer's address
 * @param localAddress our address; null where the kernel chooses
 * @param link the link it is on; null where that is not fixed
 * @param multihop whether there may be routers between (RFC 5883)
 * @param users who wants it; empty while its peer is only still told that nobody does
 * @param state the state of RFC 5880, such as {@code Up}
 * @param sinceSeconds how long it has been in this state
 * @param lastDown why it last went down; null when it never did
 * @param problem what keeps us from sending or receiving; null when nothing does
 * @param diagnostic what we tell the peer of why it went down
 * @param transmitMillis how often we send, before jitter; 0 for not at all
 * @param detectionMillis how long the peer may be silent; null while it is not heard
 * @param detectMultiplier what we tell the peer to multiply the interval by
 * @param requiredMinReceiveMillis how often we tell the peer that it may send
 * @param desiredMinTransmitMillis how often we tell the peer that we would like to send
 * @param heard what the peer said last; null while it is not heard
 * @param discriminator our number for the session
 * @param sourcePort the UDP port we send from; 0 before anything was sent
 * @param timesUp how often it came up
 * @param packetsReceived control packets
 * @param packetsSent control packets
 */
public record BfdView(
        String peer,
        @Nullable String localAddress,
        @Nullable String link,
        boolean multihop,
        List<User> users,
        String state,
        long sinceSeconds,
        @Nullable String lastDown,
        @Nullable String problem,
        String diagnostic,
        double transmitMillis,
        @Nullable Double detectionMillis,
        int detectMultiplier,
        double requiredMinReceiveMillis,
        double desiredMinTransmitMillis,
        @Nullable Peer heard,
        long discriminator,
        int sourcePort,
        int timesUp,
        long packetsReceived,
        long packetsSent) {

    /**
     * A BGP peer that depends on the session.
     *
     * @param instance its routing instance
     * @param peer what the configuration calls it
     */
    public record User(String instance, String peer) {}

    /**
     * What the peer of a session said last.
     *
     * @param state the state it is in
     * @param diagnostic why it last went down
     * @param detectMultiplier what it tells us to multiply the interval by
     * @param requiredMinReceiveMillis how often we may send; 0 for never
     * @param desiredMinTransmitMillis how often it would like to send
     * @param discriminator its number for the session
     * @param controlPlaneIndependent whether its BFD survives a restart of its control plane (the C bit)
     */
    public record Peer(
            String state,
            String diagnostic,
            int detectMultiplier,
            double requiredMinReceiveMillis,
            double desiredMinTransmitMillis,
            long discriminator,
            boolean controlPlaneIndependent) {}
}

package dev.espalier.capture;

/**
 * The two ends of a recorded session.
 *
 * @param peer the far end. In captured packets, which know no near and far, the sender
 * @param local the end where the recording was made. In captured packets the receiver
 * @param direction which of them sent the message
 */
public record Peering(Endpoint peer, Endpoint local, Direction direction) {

    /** Nothing is known but that somebody received it. */
    public static final Peering UNKNOWN = new Peering(Endpoint.UNKNOWN, Endpoint.UNKNOWN, Direction.RECEIVED);

    /** Who sent a message. */
    public enum Direction {
        /** The peer. */
        RECEIVED,
        /** The local end (the {@code _LOCAL} subtypes of RFC 6396 section 4.4). */
        SENT
    }
}

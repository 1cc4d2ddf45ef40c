package dev.espalier.bfd;

/**
 * How a session shall watch its peer.
 *
 * @param detectMultiplier how many packets of ours may be lost before the peer takes the path for dead, 1 to 255
 * @param requiredMinReceiveMillis how often the peer may send at most, in milliseconds, 10 to 60000
 * @param desiredMinTransmitMillis how often we would like to send, in milliseconds, 10 to 60000
 * @param minimumTtl over several hops: what arrives with a lower TTL is discarded, 1 to 255; 1 for no check. Over a single hop
 *     it is always 255 (RFC 5881 section 5)
 * @param passive whether to send nothing before the peer has (RFC 5880 section 6.1)
 */
public record BfdProfile(
        int detectMultiplier,
        int requiredMinReceiveMillis,
        int desiredMinTransmitMillis,
        int minimumTtl,
        boolean passive) {

    /** What is usual: 3 times 300 ms in both directions, no check of the TTL, active. */
    public static final BfdProfile USUAL = new BfdProfile(3, 300, 300, 1, false);

    /** Which of two users of one session wants to know sooner; the session is held so that both are content. */
    public BfdProfile strictest(BfdProfile other) {
        return new BfdProfile(
                Math.min(detectMultiplier, other.detectMultiplier),
                Math.min(requiredMinReceiveMillis, other.requiredMinReceiveMillis),
                Math.min(desiredMinTransmitMillis, other.desiredMinTransmitMillis),
                Math.max(minimumTtl, other.minimumTtl),
                passive && other.passive);
    }
}

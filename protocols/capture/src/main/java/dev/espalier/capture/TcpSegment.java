package dev.espalier.capture;

import dev.espalier.net.IpAddress;

/**
 * A captured TCP segment.
 *
 * @param sequence the number of its first octet
 * @param acknowledgement the number of the octet that its sender expects next
 * @param flags the flags
 * @param payload what it carries, as far as it was captured
 */
@SuppressWarnings("ArrayRecordComponent") // passed on once; nobody compares segments
record TcpSegment(
        IpAddress source,
        int sourcePort,
        IpAddress destination,
        int destinationPort,
        int sequence,
        int acknowledgement,
        int flags,
        byte[] payload) {

    private static final int FIN = 0x01;
    private static final int SYN = 0x02;
    private static final int RST = 0x04;
    private static final int ACK = 0x10;

    boolean isFin() {
        return (flags & FIN) != 0;
    }

    boolean isSyn() {
        return (flags & SYN) != 0;
    }

    boolean isReset() {
        return (flags & RST) != 0;
    }

    boolean isAcknowledgement() {
        return (flags & ACK) != 0;
    }
}

package dev.espalier.capture;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Takes captured packets apart, from the link down to TCP, and passes on the segments of BGP. All other packets are none of
 * our business and are passed over in silence, also when they are cut off.
 */
final class PacketDissector {

    private static final int BGP = 179;
    private static final int TCP = 6;

    // Link types (the registry of tcpdump.org)
    private static final int NULL = 0;
    private static final int ETHERNET = 1;
    private static final int RAW_BSD = 12;
    private static final int RAW_OPENBSD = 14;
    private static final int RAW = 101;
    private static final int LOOP = 108;
    private static final int LINUX_SLL = 113;
    private static final int IPV4 = 228;
    private static final int IPV6 = 229;
    private static final int LINUX_SLL2 = 276;

    // EtherTypes
    private static final int TYPE_IPV4 = 0x0800;
    private static final int TYPE_IPV6 = 0x86DD;
    private static final Set<Integer> VLAN_TYPES = Set.of(0x8100, 0x88A8, 0x9100);

    // IPv6 extension headers (RFC 8200 section 4)
    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int FRAGMENT = 44;
    private static final int AUTHENTICATION = 51;
    private static final int DESTINATION = 60;

    private final TcpConnections connections = new TcpConnections();
    private final Set<Integer> refusedLinkTypes = new HashSet<>();

    /** Takes the next packet. */
    void packet(Place place, int linkType, byte[] packet, Consumer<CaptureRecord> sink) {
        RecordCursor cursor = new RecordCursor(packet);
        try {
            switch (linkType) {
                case ETHERNET -> {
                    cursor.skip(12, "addresses");
                    payload(place, cursor.u16("EtherType"), cursor, sink);
                }
                case LINUX_SLL -> {
                    cursor.skip(14, "cooked header");
                    payload(place, cursor.u16("protocol"), cursor, sink);
                }
                case LINUX_SLL2 -> {
                    int protocol = cursor.u16("protocol");
                    cursor.skip(18, "cooked header");
                    payload(place, protocol, cursor, sink);
                }
                case NULL, LOOP -> {
                    cursor.skip(4, "family"); // of the system that captured; IP says its version itself
                    ip(place, cursor, sink);
                }
                case RAW, RAW_BSD, RAW_OPENBSD, IPV4, IPV6 -> ip(place, cursor, sink);
                default -> {
                    if (refusedLinkTypes.add(linkType)) {
                        sink.accept(
                                new CaptureRecord.Skipped(place, "packets of link type " + linkType + " are not read"));
                    }
                }
            }
        } catch (MalformedRecordException cutOff) {
            // Not BGP, as far as one can see: a BGP packet that is cut off before its payload leaves a gap in its
            // connection, and is reported there.
            return;
        }
    }

    /** Says what has not been said when there are no more packets. */
    void finish(Place place, Consumer<CaptureRecord> sink) {
        connections.finish(place, sink);
    }

    private void payload(Place place, int etherType, RecordCursor packet, Consumer<CaptureRecord> sink)
            throws MalformedRecordException {
        int type = etherType;
        while (VLAN_TYPES.contains(type)) {
            packet.skip(2, "VLAN tag");
            type = packet.u16("EtherType");
        }
        if (type == TYPE_IPV4 || type == TYPE_IPV6) {
            ip(place, packet, sink);
        }
    }

    private void ip(Place place, RecordCursor packet, Consumer<CaptureRecord> sink) throws MalformedRecordException {
        int first = packet.u8("IP version");
        switch (first >>> 4) {
            case 4 -> ipv4(place, first & 0x0F, packet, sink);
            case 6 -> ipv6(place, packet, sink);
            default -> {}
        }
    }

    private void ipv4(Place place, int headerWords, RecordCursor packet, Consumer<CaptureRecord> sink)
            throws MalformedRecordException {
        packet.skip(1, "type of service");
        int totalLength = packet.u16("total length");
        packet.skip(2, "identification");
        int fragment = packet.u16("fragment offset");
        packet.skip(1, "time to live");
        int protocol = packet.u8("protocol");
        packet.skip(2, "checksum");
        IpAddress source = packet.address(AddressFamily.IPV4, "source");
        IpAddress destination = packet.address(AddressFamily.IPV4, "destination");
        if (protocol != TCP || headerWords < 5) {
            return;
        }
        packet.skip(4 * headerWords - 20, "options");
        boolean moreFragments = (fragment & 0x2000) != 0;
        int fragmentOffset = fragment & 0x1FFF;
        if (fragmentOffset > 0) {
            return; // the first one, which has the ports, is reported
        }
        // a card that segments by itself hands over packets longer than their length field can say: 0
        int length = totalLength == 0 ? packet.remaining() : totalLength - 4 * headerWords;
        tcp(place, source, destination, moreFragments, bounded(packet, length), sink);
    }

    private void ipv6(Place place, RecordCursor packet, Consumer<CaptureRecord> sink) throws MalformedRecordException {
        packet.skip(3, "flow label");
        int payloadLength = packet.u16("payload length");
        int next = packet.u8("next header");
        packet.skip(1, "hop limit");
        IpAddress source = packet.address(AddressFamily.IPV6, "source");
        IpAddress destination = packet.address(AddressFamily.IPV6, "destination");
        RecordCursor payload = bounded(packet, payloadLength == 0 ? packet.remaining() : payloadLength);
        boolean fragmented = false;
        while (next == HOP_BY_HOP
                || next == ROUTING
                || next == DESTINATION
                || next == AUTHENTICATION
                || next == FRAGMENT) {
            int after = payload.u8("next header");
            int length = payload.u8("extension length");
            if (next == FRAGMENT) {
                int offset = payload.u16("fragment offset");
                payload.skip(4, "identification");
                if (offset >>> 3 > 0) {
                    return;
                }
                fragmented = (offset & 1) != 0;
            } else {
                payload.skip(next == AUTHENTICATION ? 4 * length + 6 : 8 * length + 6, "extension header");
            }
            next = after;
        }
        if (next == TCP) {
            tcp(place, source, destination, fragmented, payload, sink);
        }
    }

    /** What IP says is its payload: short packets are padded on Ethernet, and captures may cut long ones. */
    private static RecordCursor bounded(RecordCursor packet, int length) throws MalformedRecordException {
        return packet.slice(Math.clamp(length, 0, packet.remaining()), "payload");
    }

    private void tcp(
            Place place,
            IpAddress source,
            IpAddress destination,
            boolean fragmented,
            RecordCursor segment,
            Consumer<CaptureRecord> sink)
            throws MalformedRecordException {
        int sourcePort = segment.u16("source port");
        int destinationPort = segment.u16("destination port");
        if (sourcePort != BGP && destinationPort != BGP) {
            return;
        }
        int segmentAt = segment.offset() - 4;
        int sequence = segment.i32("sequence number");
        int acknowledgement = segment.i32("acknowledgement");
        int headerLength = segment.u8("data offset") >>> 4 << 2;
        int flags = segment.u8("flags");
        if (headerLength < 20) {
            sink.accept(new CaptureRecord.Problem(
                    place, null, segmentAt + 12, "a TCP header of " + headerLength + " octets is too short"));
            return;
        }
        if (fragmented) {
            sink.accept(new CaptureRecord.Problem(
                    place, null, segmentAt, "an IP packet in fragments is not put together: its end will be missing"));
        }
        segment.skip(headerLength - 14, "window, checksum and options");
        byte[] payload = segment.take(segment.remaining(), "payload");
        connections.accept(
                place,
                new TcpSegment(
                        source, sourcePort, destination, destinationPort, sequence, acknowledgement, flags, payload),
                sink);
    }
}

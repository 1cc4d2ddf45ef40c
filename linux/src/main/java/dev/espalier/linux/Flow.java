package dev.espalier.linux;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A connection that the kernel tracks, as its dump shows it.
 *
 * @param family of its addresses
 * @param original how its first packet was addressed
 * @param reply how the answers to it are, which differs where it is translated
 * @param key the octets by which the kernel finds it again: its original tuple
 * @param id its number, so that none is meant that has taken the same tuple since
 * @param zone the octets of its zone; empty in the zone of everybody
 */
@SuppressWarnings("ArrayRecordComponent") // handed back to the kernel as they came; compared with nothing
record Flow(AddressFamily family, Tuple original, Tuple reply, byte[] key, byte[] id, byte[] zone) {

    /**
     * Addresses of one direction.
     *
     * @param destinationPort 0 where the protocol has none
     */
    record Tuple(@Nullable IpAddress source, @Nullable IpAddress destination, int protocol, int destinationPort) {}

    /** The one that a message tells of; null when it is of neither family. */
    static @Nullable Flow of(MessageReader message) {
        AddressFamily family =
                switch (message.octet(Netfilter.NFGEN_FAMILY)) {
                    case Rtnetlink.AF_INET -> AddressFamily.IPV4;
                    case Rtnetlink.AF_INET6 -> AddressFamily.IPV6;
                    default -> null;
                };
        message.attributes(Netfilter.NFGENMSG);
        byte[] key = message.copy(Netfilter.CTA_TUPLE_ORIG);
        if (family == null || key.length == 0) {
            return null; // without a key the kernel would take a removal for that of everything
        }
        byte[] id = message.copy(Netfilter.CTA_ID);
        byte[] zone = message.copy(Netfilter.CTA_ZONE);
        Tuple original = tuple(message, Netfilter.CTA_TUPLE_ORIG, family);
        return new Flow(family, original, tuple(message, Netfilter.CTA_TUPLE_REPLY, family), key, id, zone);
    }

    private static Tuple tuple(MessageReader message, int type, AddressFamily family) {
        boolean four = family == AddressFamily.IPV4;
        part(message, type, Netfilter.CTA_TUPLE_IP);
        @Nullable IpAddress source = address(message, four ? Netfilter.CTA_IP_V4_SRC : Netfilter.CTA_IP_V6_SRC);
        @Nullable IpAddress destination = address(message, four ? Netfilter.CTA_IP_V4_DST : Netfilter.CTA_IP_V6_DST);
        part(message, type, Netfilter.CTA_TUPLE_PROTO);
        byte[] protocol = message.copy(Netfilter.CTA_PROTO_NUM);
        byte[] port = message.copy(Netfilter.CTA_PROTO_DST_PORT);
        return new Tuple(
                source,
                destination,
                protocol.length == 0 ? 0 : protocol[0] & 0xFF,
                port.length < 2 ? 0 : (port[0] & 0xFF) << 8 | port[1] & 0xFF);
    }

    /** To the attributes of a part of a tuple. */
    private static void part(MessageReader message, int tuple, int part) {
        message.attributes(Netfilter.NFGENMSG);
        message.nested(tuple);
        message.nested(part);
    }

    private static @Nullable IpAddress address(MessageReader message, int type) {
        return message.has(type) ? message.address(type) : null;
    }

    /** All its addresses: four, of which some are the same where nothing is translated. */
    Stream<IpAddress> addresses() {
        return Stream.of(original.source(), original.destination(), reply.source(), reply.destination())
                .flatMap(Stream::ofNullable);
    }
}

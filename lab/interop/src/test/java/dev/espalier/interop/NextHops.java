package dev.espalier.interop;

import dev.espalier.bgp.wire.Message;
import dev.espalier.net.IpAddress;
import dev.espalier.net.Ipv4Address;
import dev.espalier.net.Ipv6Address;
import dev.espalier.route.AttributeType;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * The next hops of a recording, which lie in networks that the test has not, replaced by addresses on the cable of a {@link Rig}:
 * different ones by different ones, up to 250 of a family. One thread.
 */
final class NextHops {

    private static final int COUNT = 250;

    private final Map<IpAddress, IpAddress> replacements = new HashMap<>();

    /** The address on the cable that stands for a recorded one. */
    IpAddress insteadOf(IpAddress recorded) {
        return replacements.computeIfAbsent(recorded, next -> onTheCable(next, replacements.size() % COUNT));
    }

    /** The first is the neighbour's own. */
    private static IpAddress onTheCable(IpAddress recorded, int number) {
        return switch (recorded) {
            case Ipv4Address v4 -> new Ipv4Address(Ipv4Address.parse(Rig.THEIRS).value() + number);
            case Ipv6Address v6 -> {
                IpAddress first = IpAddress.parse(Rig.THEIRS_6);
                yield IpAddress.of(first.family(), first.high(), first.low() + number);
            }
        };
    }

    /** Replaces the NEXT_HOP of an UPDATE, if it has one, where it stands. The attributes must not overrun the message. */
    void replaceIn(byte[] update) {
        ByteBuffer message = ByteBuffer.wrap(update);
        int withdrawn = message.getShort(Message.HEADER_LENGTH) & 0xFFFF;
        message.position(Message.HEADER_LENGTH + 2 + withdrawn);
        int attributes = message.getShort() & 0xFFFF;
        message.limit(message.position() + attributes);
        while (message.hasRemaining()) {
            boolean extended = (message.get() & AttributeType.EXTENDED_LENGTH) != 0;
            int type = message.get() & 0xFF;
            int length = extended ? message.getShort() & 0xFFFF : message.get() & 0xFF;
            int at = message.position();
            if (type == AttributeType.NEXT_HOP && length == Integer.BYTES) {
                byte[] replacement =
                        insteadOf(new Ipv4Address(message.getInt(at))).toBytes();
                message.put(at, replacement);
            }
            message.position(at + length);
        }
    }
}

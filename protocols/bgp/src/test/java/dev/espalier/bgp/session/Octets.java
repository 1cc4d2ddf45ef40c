package dev.espalier.bgp.session;

import dev.espalier.bgp.wire.Message;
import dev.espalier.bgp.wire.UpdateMessage;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Messages as octets, for the tests of this package. */
final class Octets {

    private static final int HOST_PREFIX = 5;

    private Octets() {}

    /** An UPDATE that withdraws the one host whose address is the number. */
    static byte[] withdrawalOf(int number) {
        return withdrawal(number, 1);
    }

    /** An UPDATE that withdraws so many hosts, the first of which has the number for an address. */
    static byte[] withdrawal(int number, int hosts) {
        byte[] octets = header(Message.HEADER_LENGTH + 4 + hosts * HOST_PREFIX, 2);
        ByteBuffer message = ByteBuffer.wrap(octets).position(Message.HEADER_LENGTH);
        message.putShort((short) (hosts * HOST_PREFIX));
        for (int i = 0; i < hosts; i++) {
            message.put((byte) 32).putInt(number + i);
        }
        return octets;
    }

    /** The first address in an UPDATE made by {@link #withdrawal}. */
    static int firstPrefix(UpdateMessage update) {
        return ByteBuffer.wrap(update.withdrawn().getFirst().octets()).getInt(1);
    }

    /** A message with nothing but zeros after its header, whose length field says what it is told to. */
    static byte[] header(int length, int type) {
        byte[] octets = new byte[Math.max(length, Message.HEADER_LENGTH)];
        Arrays.fill(octets, 0, 16, (byte) 0xFF);
        ByteBuffer.wrap(octets).position(16).putShort((short) length).put((byte) type);
        return octets;
    }
}

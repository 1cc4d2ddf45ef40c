package dev.espalier.capture;

import dev.espalier.bgp.wire.Message;
import dev.espalier.bgp.wire.MessageDecoder;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Where one message ends and the next begins. */
final class Frames {

    private Frames() {}

    /**
     * The messages that octets consist of. What is left after the last whole one, or has an impossible length, is returned as
     * if it were one: the decoder says what is wrong with it.
     */
    static List<byte[]> split(byte[] octets) {
        int first = MessageDecoder.frameLength(ByteBuffer.wrap(octets));
        if (first == octets.length) {
            return List.of(octets);
        }
        List<byte[]> messages = new ArrayList<>();
        int at = 0;
        while (at < octets.length) {
            int length = MessageDecoder.frameLength(ByteBuffer.wrap(octets, at, octets.length - at));
            boolean whole = length >= Message.HEADER_LENGTH && at + length <= octets.length;
            int end = whole ? at + length : octets.length;
            messages.add(Arrays.copyOfRange(octets, at, end));
            at = end;
        }
        return messages;
    }
}

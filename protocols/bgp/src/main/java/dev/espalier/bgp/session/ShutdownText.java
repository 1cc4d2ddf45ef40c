package dev.espalier.bgp.session;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The shutdown communication of RFC 9003: what one operator tells the other in a Cease. */
final class ShutdownText {

    private static final int LONGEST = 255;

    private ShutdownText() {}

    /** The data of the NOTIFICATION: one octet of length and the text in UTF-8, cut between two characters where it is too long. */
    static byte[] encode(String text) {
        ByteBuffer data = ByteBuffer.allocate(1 + LONGEST);
        data.position(1);
        StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text), data, true);
        data.put(0, (byte) (data.position() - 1));
        return Arrays.copyOf(data.array(), data.position());
    }
}

package dev.espalier.bgp.wire;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;

/**
 * The decoder against octets that Jazzer thinks of. In an ordinary build it only replays the seeds in the resources; to
 * search, run {@code JAZZER_FUZZ=1 ./mvnw -pl protocols/bgp test -Dtest=DecoderFuzzTest -Djazzer.hooks=true}.
 */
class DecoderFuzzTest {

    private static final SessionOptions[] SESSIONS = {
        Sessions.EXTERNAL, Sessions.INTERNAL, Sessions.OLD, Sessions.EXTENDED, Sessions.ADD_PATH, Sessions.ONLY_IPV6
    };

    /**
     * The first octet chooses the session; the rest is what comes after the marker and the length, which are put right.
     */
    @FuzzTest(maxDuration = "5m")
    void everyFrameGetsAConsistentVerdict(byte[] input) {
        if (input.length < 2 || input.length > 65518) {
            return;
        }
        SessionOptions options = SESSIONS[(input[0] & 0xFF) % SESSIONS.length];
        byte[] frame = new byte[MessageType.TYPE_AT + input.length - 1];
        MessageType.putHeader(frame, 0, frame.length, 0);
        System.arraycopy(input, 1, frame, MessageType.TYPE_AT, input.length - 1);
        DecodedChecks.check(MessageDecoder.decode(ByteBuffer.wrap(frame), options), frame.length, options);
    }
}

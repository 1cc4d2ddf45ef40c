package dev.espalier.linux;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.MemorySegment;

/**
 * Whatever a netlink socket yields, walking its messages and attributes ends, and reads nothing beyond. An ordinary build replays the
 * inputs in the resources; to search, run
 * {@code JAZZER_FUZZ=1 ./mvnw -pl linux test -Dtest=MessageReaderFuzzTest -Djazzer.hooks=true}.
 */
class MessageReaderFuzzTest {

    private static final int CAPACITY = 4096;
    private static final int[] FIXED = {Rtnetlink.RTMSG, Rtnetlink.IFINFOMSG, Rtnetlink.IFADDRMSG, Rtnetlink.NHMSG};

    @FuzzTest(maxDuration = "5m")
    void anyOctetsAreMessagesOrTheirEnd(byte[] input) {
        int length = Math.min(input.length, CAPACITY);
        MessageReader reader = new MessageReader(CAPACITY);
        MemorySegment.copy(MemorySegment.ofArray(input), 0, reader.segment(), 0, length);
        reader.filled(length);
        int messages = 0;
        while (reader.next()) {
            assertThat(++messages).isLessThanOrEqualTo(length / Rtnetlink.NLMSG_HEADER);
            for (int fixed : FIXED) {
                reader.attributes(fixed);
                for (int type = 0; type < 64; type++) {
                    if (reader.has(type)) {
                        assertThat(reader.start(type)).isBetween(0, length);
                        assertThat(reader.end(type)).isBetween(reader.start(type), length);
                        assertThat(reader.copy(type)).hasSize(reader.end(type) - reader.start(type));
                    }
                }
            }
        }
    }
}

package dev.espalier.bgp.wire;

import static dev.espalier.bgp.wire.RawUpdate.hex;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class NotificationTextTest {

    private static String shutdown(byte[] utf8) {
        byte[] data = new byte[1 + utf8.length];
        data[0] = (byte) utf8.length;
        System.arraycopy(utf8, 0, data, 1, utf8.length);
        return new Message.Notification(6, 2, data).toString();
    }

    @Test
    void everyRegisteredSubcodeHasAName() {
        int[] last = {0, 3, 11, 11, 0, 3, 10, 1, 0};
        for (int code = 1; code < last.length; code++) {
            for (int subcode = 1; subcode <= last[code]; subcode++) {
                assertThat(ErrorCode.describe(code, subcode))
                        .doesNotContain("nknown " + "subcode")
                        .endsWith("(" + code + "/" + subcode + ")");
            }
        }
    }

    @Test
    void subcode0IsNotSpelledOut() {
        assertThat(ErrorCode.describe(4, 0)).isEqualTo("Hold Timer Expired (4/0)");
    }

    @Test
    void codesNobodyHasRegisteredAreShownAsNumbers() {
        assertThat(ErrorCode.describe(200, 0)).isEqualTo("Unknown Error (200/0)");
        assertThat(ErrorCode.describe(6, 99)).isEqualTo("Cease / unknown subcode (6/99)");
        assertThat(ErrorCode.describe(255, 255)).isEqualTo("Unknown Error / unknown subcode (255/255)");
    }

    @Test
    void shutdownTextIsShown() {
        assertThat(shutdown("router reboot, tïcket 7".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo("Cease / Administrative Shutdown (6/2): \"router reboot, tïcket 7\"");
    }

    @Test
    void shutdownTextCannotSteerATerminal() {
        assertThat(shutdown("a\u001b[31mb\r\nc\u202ed\u2028e\u0085f".getBytes(StandardCharsets.UTF_8)))
                .endsWith("\"a [31mb  c d e f\"");
    }

    @Test
    void shutdownTextThatIsNotUtf8IsShownAsFarAsItGoes() {
        assertThat(shutdown(new byte[] {'a', (byte) 0xC0, 'b'})).endsWith("\"a\uFFFDb\"");
    }

    @Test
    void shutdownTextWhoseLengthIsWrongIsShownAsOctets() {
        assertThat(new Message.Notification(6, 4, hex("0961")).toString())
                .isEqualTo("Cease / Administrative Reset (6/4): 0961");
        assertThat(new Message.Notification(6, 2, hex("00")).toString()).endsWith(": (no text)");
    }

    @Test
    void hardResetShowsTheRealReason() {
        assertThat(new Message.Notification(6, 9, hex("0602 02 6869")).toString())
                .isEqualTo("Cease / Hard Reset (6/9): Cease / Administrative Shutdown (6/2): \"hi\"");
        assertThat(new Message.Notification(6, 9, hex("0609 0609 0609")).toString())
                .isEqualTo("Cease / Hard Reset (6/9): 060906090609");
    }

    @Test
    void dataIsShownInWordsWhereItHasAMeaning() {
        assertThat(new Message.Notification(1, 2, hex("1001")).toString()).endsWith(": length 4097");
        assertThat(new Message.Notification(1, 3, hex("09")).toString()).endsWith(": type 9");
        assertThat(new Message.Notification(2, 1, hex("0004")).toString()).endsWith(": version 4 is supported");
        assertThat(new Message.Notification(3, 3, hex("02")).toString()).endsWith(": AS_PATH");
        assertThat(new Message.Notification(5, 1, hex("02")).toString()).endsWith(": message type 2");
        assertThat(new Message.Notification(6, 1, hex("0001 01 000003e8")).toString())
                .endsWith(": ipv4-unicast, at most 1000");
    }

    @Test
    void longDataIsCutOff() {
        assertThat(new Message.Notification(3, 9, new byte[4000]).toString())
                .hasSizeLessThan(150)
                .endsWith("(4000 octets)");
    }
}

package dev.espalier.bgp.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RouterMessageTest {

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replace(" ", ""));
    }

    private static RouterMessage decoded(String text) {
        return RouterMessage.decode(hex(text));
    }

    @Test
    void goldenAdvertisement() {
        RouterMessage message = new RouterMessage.Advertisement(0, "02:00:00:00:00:01");
        byte[] octets = hex("86 00 0000 00 00 0000 00000000 00000000 01 01 020000000001");
        assertThat(message.encode()).isEqualTo(octets);
        assertThat(RouterMessage.decode(octets)).isEqualTo(message);
    }

    @Test
    void goldenSolicitation() {
        RouterMessage message = new RouterMessage.Solicitation("02:00:00:00:00:01");
        byte[] octets = hex("85 00 0000 00000000 01 01 020000000001");
        assertThat(message.encode()).isEqualTo(octets);
        assertThat(RouterMessage.decode(octets)).isEqualTo(message);
    }

    @Test
    void aLinkWithoutHardwareAddressesHasNoOption() {
        assertThat(new RouterMessage.Advertisement(1800, "").encode())
                .isEqualTo(hex("86000000 00000708 00000000 00000000"));
        assertThat(decoded("86000000 40400708 00000000 00000000")).isEqualTo(new RouterMessage.Advertisement(1800, ""));
    }

    @Test
    void otherOptionsArePassedOver() { // prefix information and MTU, as radvd sends them
        String prefix = "03 04 40 c0 00015180 00003840 00000000 20010db8000000000000000000000000";
        assertThat(decoded("86000000 40000708 00000000 00000000 " + prefix + "05 01 0000 000005dc 01 01 0a0000000002"))
                .isEqualTo(new RouterMessage.Advertisement(1800, "0a:00:00:00:00:02"));
    }

    @Test
    void whatRfc4861DoesNotLetPassIsNoMessage() { // section 6.1
        for (String wrong : new String[] {
            "",
            "86",
            "87000000 00000000", // another type
            "86010000 00000000 00000000 00000000", // a code
            "86000000 00000000 00000000", // too short
            "85000000 000000",
            "85000000 00000000 01", // an option cut off
            "85000000 00000000 01 00 020000000001", // an option without length
            "85000000 00000000 01 02 020000000001" // an option beyond the end
        }) {
            assertThat(decoded(wrong)).as(wrong).isNull();
        }
    }

    @Test
    void noOctetsMakeTheDecoderFail() {
        SplittableRandom random = new SplittableRandom(4861);
        byte[] valid = hex("86000000 00000708 00000000 00000000 01 01 020000000001 05 01 0000 000005dc");
        for (int i = 0; i < 20_000; i++) {
            byte[] octets = Arrays.copyOf(valid, random.nextInt(valid.length + 8));
            for (int change = random.nextInt(4); change > 0 && octets.length > 0; change--) {
                octets[random.nextInt(octets.length)] = (byte) random.nextInt();
            }
            RouterMessage message = RouterMessage.decode(octets);
            if (message != null) {
                assertThat(RouterMessage.decode(message.encode())).isEqualTo(message);
            }
        }
    }
}

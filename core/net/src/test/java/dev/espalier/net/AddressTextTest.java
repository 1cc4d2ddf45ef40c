package dev.espalier.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTextTest {

    private static final int SAMPLES = 50_000;

    /** What the JDK reads from the same text; asked only for texts that are addresses, so no name is looked up. */
    private static byte[] jdk(String text) throws UnknownHostException {
        return InetAddress.getByName(text).getAddress();
    }

    @Test
    void ipv4TextReadsAndPrintsAsTheJdkDoes() throws UnknownHostException {
        Random random = new Random(4);
        for (int i = 0; i < SAMPLES; i++) {
            Ipv4Address address = new Ipv4Address(random.nextInt() >>> random.nextInt(32));
            InetAddress theirs = InetAddress.getByAddress(address.toBytes());
            assertThat(address.toString()).isEqualTo(theirs.getHostAddress());
            assertThat(IpAddress.parse(address.toString())).isEqualTo(address);
            assertThat(IpAddress.ofBytes(address.toBytes())).isEqualTo(address);
            assertThat(address.isLoopback()).isEqualTo(theirs.isLoopbackAddress());
            assertThat(address.isLinkLocal()).isEqualTo(theirs.isLinkLocalAddress());
            assertThat(address.isMulticast()).isEqualTo(theirs.isMulticastAddress());
            assertThat(address.isUnspecified()).isEqualTo(theirs.isAnyLocalAddress());
        }
    }

    @Test
    void ipv6TextReadsAsTheJdkDoes() throws UnknownHostException {
        Random random = new Random(6);
        for (int i = 0; i < SAMPLES; i++) {
            Ipv6Address address = randomIpv6(random);
            String text = address.toString();
            assertThat(IpAddress.parse(text)).as(text).isEqualTo(address);
            assertThat(IpAddress.ofBytes(address.toBytes())).isEqualTo(address);
            if (!address.isIpv4Mapped()) { // the JDK turns these into IPv4
                InetAddress theirs = InetAddress.getByAddress(address.toBytes());
                assertThat(jdk(text)).as(text).isEqualTo(address.toBytes());
                assertThat(IpAddress.parse(theirs.getHostAddress())).isEqualTo(address);
                assertThat(address.isLoopback()).isEqualTo(theirs.isLoopbackAddress());
                assertThat(address.isLinkLocal()).isEqualTo(theirs.isLinkLocalAddress());
                assertThat(address.isMulticast()).isEqualTo(theirs.isMulticastAddress());
            }
        }
    }

    @Test
    void ipv6TextIsCanonicalHoweverItWasWritten() {
        Random random = new Random(59);
        for (int i = 0; i < SAMPLES; i++) {
            Ipv6Address address = randomIpv6(random);
            String text = address.toString();
            assertThat(text).isLowerCase().doesNotContain(":::");
            assertThat(text.length()).isLessThanOrEqualTo(39);
            String inFull = String.format(
                    "%04X:%04x:%04X:%04x:%04X:%04x:%04X:%04x",
                    address.high() >>> 48,
                    address.high() >>> 32 & 0xFFFF,
                    address.high() >>> 16 & 0xFFFF,
                    address.high() & 0xFFFF,
                    address.low() >>> 48,
                    address.low() >>> 32 & 0xFFFF,
                    address.low() >>> 16 & 0xFFFF,
                    address.low() & 0xFFFF);
            assertThat(IpAddress.parse(inFull)).hasToString(text);
        }
    }

    /** Groups are often zero, so that runs of zeros of every length and place come up. */
    private static Ipv6Address randomIpv6(Random random) {
        long[] halves = new long[2];
        int zeros = random.nextInt(4);
        for (int group = 0; group < 8; group++) {
            long value = random.nextInt(4) < zeros ? 0 : random.nextInt(0x10000) >>> random.nextInt(16);
            halves[group / 4] = halves[group / 4] << 16 | value;
        }
        return new Ipv6Address(halves[0], halves[1]);
    }

    /** The examples of RFC 5952, sections 1 and 4. */
    @ParameterizedTest
    @CsvSource({
        "2001:0DB8:0:0:0:0:2:1, 2001:db8::2:1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "0:0:0:0:0:0:0:0, ::",
        "0:0:0:0:0:0:0:1, ::1",
        "1:0:0:0:0:0:0:0, 1::",
        "2001:db8:aaaa:bbbb:cccc:dddd:eeee:AAAA, 2001:db8:aaaa:bbbb:cccc:dddd:eeee:aaaa",
        "::FFFF:c000:0201, ::ffff:192.0.2.1",
        "64:ff9b::192.0.2.33, 64:ff9b::c000:221",
        "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0",
    })
    void printsAsRfc5952Says(String written, String canonical) {
        assertThat(IpAddress.parse(written)).hasToString(canonical);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "1",
                "1.2.3",
                "1.2.3.4.5",
                "1.2.3.256",
                "01.2.3.4",
                "1.2.3.04",
                "1..2.3",
                ".1.2.3",
                "1.2.3.",
                "-1.2.3.4",
                "1.2.3.4 ",
                "1.2.3.1000",
                "0x1.2.3.4",
                "a.b.c.d",
                "\u0661.2.3.4",
                ":",
                ":::",
                "1:",
                ":1",
                "1::2::3",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1:2:3:4:5:6:7:8::",
                "::1:2:3:4:5:6:7:8",
                "12345::",
                "g::",
                "::1%eth0",
                "1.2.3.4::",
                "::1.2.3",
                "::1.2.3.4:5",
                "1:2:3:4:5:6:7:1.2.3.4",
                "+1::",
                "[::1]",
                "::-1",
                "fe80::1/64"
            })
    void refusesWhatIsNotAnAddressAndSaysWhatItGot(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IpAddress.parse(text))
                .withMessageContaining("'" + text + "'");
    }

    @Test
    void addressesAreOrderedByFamilyThenByUnsignedValue() {
        String[] inOrder = {
            "0.0.0.0", "127.0.0.1", "128.0.0.0", "255.255.255.255", "::", "::8000:0:0:0", "8000::", "ff00::"
        };
        for (int i = 0; i < inOrder.length; i++) {
            for (int j = 0; j < inOrder.length; j++) {
                assertThat(Integer.signum(IpAddress.parse(inOrder[i]).compareTo(IpAddress.parse(inOrder[j]))))
                        .isEqualTo(Integer.compare(i, j));
            }
        }
    }

    @Test
    void octetsThatAreNotAnAddressAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IpAddress.ofBytes(new byte[5]))
                .withMessageContaining("5");
    }
}

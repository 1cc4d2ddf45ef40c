package dev.espalier.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** AS numbers and the three kinds of communities: what is printed is read back, and nothing else is read. */
class NumberTextTest {

    private static final int SAMPLES = 20_000;

    @Test
    void whatIsPrintedIsReadBack() {
        Random random = new Random(23456);
        for (int i = 0; i < SAMPLES; i++) {
            int bits = random.nextInt() >>> random.nextInt(32);
            Asn asn = Asn.ofBits(bits);
            assertThat(Asn.parse(asn.toString())).isEqualTo(asn);
            assertThat(Asn.parse((asn.value() >>> 16) + "." + (asn.value() & 0xFFFF)))
                    .isEqualTo(asn);
            assertThat(asn.bits()).isEqualTo(bits);
            Community community = new Community(random.nextBoolean() ? bits : 0xFFFF_0000 | bits & 0x7FF);
            assertThat(Community.parse(community.toString())).isEqualTo(community);
            LargeCommunity large = new LargeCommunity(bits, random.nextInt(), random.nextInt());
            assertThat(LargeCommunity.parse(large.toString())).isEqualTo(large);
        }
    }

    @Test
    void anExtendedCommunityIsReadBackBitForBit() {
        Random random = new Random(4360);
        for (int i = 0; i < SAMPLES; i++) {
            long type = (256L * random.nextInt(4) + random.nextInt(5)) | (random.nextInt(4) == 0 ? 0x4000 : 0);
            long bits = random.nextBoolean()
                    ? random.nextLong()
                    : type << 48 | random.nextLong() >>> 16 + random.nextInt(40);
            ExtendedCommunity community = new ExtendedCommunity(bits);
            assertThat(ExtendedCommunity.parse(community.toString()))
                    .as("%016x printed as %s", bits, community)
                    .isEqualTo(community);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "rt:65000:1, 0002fde800000001",
        "rt:65000:4294967295, 0002fde8ffffffff",
        "soo:10.0.0.1:1, 01030a0000010001",
        "rt:4200000000:7, 0202fa56ea000007",
        "0x0002fde800000001, 0002fde800000001",
        "bandwidth:65000:125000000, 4004fde84cee6b28",
        "bandwidth-transitive:65000:125000000, 0004fde84cee6b28",
        "bandwidth:0:0, 4004000000000000",
    })
    void extendedCommunitiesAreEncodedAsRfc4360And5668Say(String text, String octets) {
        assertThat(Long.toHexString(ExtendedCommunity.parse(text).bits() | 1L << 63)
                        .substring(1))
                .isEqualTo(Long.toHexString(Long.parseUnsignedLong(octets, 16) | 1L << 63)
                        .substring(1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-1",
                "4294967296",
                "1.65536",
                "65536.0",
                "-1.1",
                "1.",
                ".1",
                "1.2.3",
                "AS65000",
                " 1",
                "+1",
                "1.+1",
                "\u0661"
            })
    void refusesWhatIsNotAnAsNumber(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Asn.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "1:",
                ":1",
                "65536:0",
                "0:65536",
                "-1:0",
                "1:2:3",
                "no-expert",
                "+1:2",
                "1:+2",
                "\u0661:1"
            })
    void refusesWhatIsNotACommunity(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Community.parse(text))
                .withMessageContaining("'" + text + "'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1:2", "1:2:3:4", "4294967296:0:0", "-1:0:0", "1::3", "+1:2:3", "1:2:\u0661"})
    void refusesWhatIsNotALargeCommunity(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LargeCommunity.parse(text))
                .withMessageContaining("'" + text + "'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "rt",
                "rt:1",
                "rt:1:2:3",
                "ro:1:2",
                "rt:65000:4294967296",
                "rt:4200000000:65536",
                "rt:10.0.0.1:65536",
                "rt:1:-1",
                "0x1",
                "0x00000000000000000",
                "0xg000000000000000",
                "rt:1:+1",
                "bandwidth:65536:1",
                "bandwidth:1:1.5",
                "bandwidth:1",
                "bandwidth:1:-1",
                "0x+000000000000001"
            })
    void refusesWhatIsNotAnExtendedCommunity(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ExtendedCommunity.parse(text))
                .withMessageContaining("'" + text + "'");
    }

    @Test
    void wellKnownCommunitiesHaveNames() {
        assertThat(Community.parse("65535:65281"))
                .isEqualTo(Community.NO_EXPORT)
                .hasToString("no-export");
        assertThat(Community.parse("No-Export")).isEqualTo(Community.NO_EXPORT);
        assertThat(new Community(0xFFFF029A)).hasToString("blackhole");
    }

    @Test
    void privateAsNumbersAreThoseOfRfc6996() {
        assertThat(new Asn(64_511).isPrivate()).isFalse();
        assertThat(new Asn(64_512).isPrivate()).isTrue();
        assertThat(new Asn(65_534).isPrivate()).isTrue();
        assertThat(new Asn(65_535).isPrivate()).isFalse();
        assertThat(new Asn(4_200_000_000L).isPrivate()).isTrue();
        assertThat(new Asn(4_294_967_294L).isPrivate()).isTrue();
        assertThat(new Asn(4_294_967_295L).isPrivate()).isFalse();
    }
}

package dev.espalier.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpPrefixTest {

    @Test
    void hostBitsAreRefusedWithThePrefixThatWasMeant() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IpPrefix.parse("10.1.2.3/8"))
                .withMessageContaining("10.1.2.3/8")
                .withMessageContaining("the prefix is 10.0.0.0/8");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IpPrefix.parse("2001:db8::1/64"))
                .withMessageContaining("the prefix is 2001:db8::/64");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.0",
                "10.0.0.0/",
                "/8",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/+8",
                "10.0.0.0/8/8",
                "10.0.0.0/ 8",
                "::/129",
                "::/0128",
                "10.0.0.0/\u0668",
                "10/8"
            })
    void refusesWhatIsNotAPrefix(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> IpPrefix.parse(text));
    }

    @ParameterizedTest
    @EnumSource(AddressFamily.class)
    void maskingContainmentAndOrderAgreeWithBigIntegers(AddressFamily family) {
        Random random = new Random(8);
        int bits = family.bits();
        for (int i = 0; i < 20_000; i++) {
            IpPrefix prefix = random(family, random);
            BigInteger size = BigInteger.ONE.shiftLeft(bits - prefix.length());
            BigInteger first = number(prefix.address());
            assertThat(first.mod(size)).isZero();
            assertThat(IpPrefix.parse(prefix.toString())).isEqualTo(prefix).hasSameHashCodeAs(prefix);
            IpPrefix other = random.nextBoolean() ? random(family, random) : near(prefix, random);
            BigInteger otherFirst = number(other.address());
            boolean contains = otherFirst.compareTo(first) >= 0 && otherFirst.compareTo(first.add(size)) < 0;
            assertThat(prefix.contains(other.address()))
                    .as("%s in %s", other, prefix)
                    .isEqualTo(contains);
            assertThat(prefix.covers(other)).isEqualTo(contains && other.length() >= prefix.length());
            int order = first.equals(otherFirst)
                    ? Integer.compare(prefix.length(), other.length())
                    : first.compareTo(otherFirst);
            assertThat(Integer.signum(prefix.compareTo(other))).isEqualTo(order);
            assertThat(prefix.isHost()).isEqualTo(size.equals(BigInteger.ONE));
        }
    }

    @Test
    void noBlockHoldsAddressesOfTheOtherFamily() {
        assertThat(IpPrefix.DEFAULT_IPV6.contains(Ipv4Address.UNSPECIFIED)).isFalse();
        assertThat(IpPrefix.DEFAULT_IPV4.covers(IpPrefix.DEFAULT_IPV6)).isFalse();
        assertThat(IpPrefix.DEFAULT_IPV4).isLessThan(IpPrefix.DEFAULT_IPV6);
    }

    private static IpPrefix random(AddressFamily family, Random random) {
        long low = family == AddressFamily.IPV4 ? 0 : random.nextLong();
        return IpPrefix.of(IpAddress.of(family, random.nextLong(), low), random.nextInt(family.bits() + 1));
    }

    /** The same address, or one with a bit turned, at a length near by. */
    private static IpPrefix near(IpPrefix prefix, Random random) {
        AddressFamily family = prefix.family();
        int bit = random.nextInt(family.bits());
        long high = bit < 64
                ? prefix.address().high() ^ Long.MIN_VALUE >>> bit
                : prefix.address().high();
        long low = bit < 64 ? prefix.address().low() : prefix.address().low() ^ Long.MIN_VALUE >>> bit - 64;
        int length = Math.clamp(prefix.length() + random.nextInt(9) - 4, 0, family.bits());
        return IpPrefix.of(IpAddress.of(family, high, low), length);
    }

    private static BigInteger number(IpAddress address) {
        return new BigInteger(1, address.toBytes());
    }
}

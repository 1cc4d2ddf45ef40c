package dev.espalier.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PrefixMatcherTest {

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, exact, 10.0.0.0/8, true",
        "10.0.0.0/8, exact, 10.0.0.0/9, false",
        "10.0.0.0/8, exact, 0.0.0.0/0, false",
        "10.0.0.0/8, 16..24, 10.1.0.0/16, true",
        "10.0.0.0/8, 16..24, 10.1.2.0/24, true",
        "10.0.0.0/8, 16..24, 10.0.0.0/15, false",
        "10.0.0.0/8, 16..24, 10.1.2.0/25, false",
        "10.0.0.0/8, 16..24, 11.1.0.0/16, false",
        "0.0.0.0/0, 0..32, 203.0.113.7/32, true",
        "0.0.0.0/0, exact, 0.0.0.0/0, true",
        "0.0.0.0/0, 0..32, ::/0, false",
        "::/0, 0..128, 0.0.0.0/0, false",
        "2001:db8::/32, 48..64, 2001:db8:1::/48, true",
        "2001:db8::/32, 48..64, 2001:db8:1:2:3::/80, false",
        "2001:db8:0:1:8000::/65, 65..128, 2001:db8:0:1:8000::1/128, true",
        "2001:db8:0:1:8000::/65, 65..128, 2001:db8:0:1::1/128, false",
    })
    void aRangeHoldsThePrefixesOfItsLengths(String block, String range, String prefix, boolean expected) {
        PrefixMatcher matcher = new PrefixMatcher(List.of(PrefixRange.of(IpPrefix.parse(block), range)));

        assertThat(matches(matcher, IpPrefix.parse(prefix))).isEqualTo(expected);
    }

    @Test
    void severalRangesOfOnePrefixAddUp() {
        IpPrefix block = IpPrefix.parse("10.0.0.0/8");
        PrefixMatcher matcher =
                new PrefixMatcher(List.of(PrefixRange.of(block, "exact"), PrefixRange.of(block, "24..24")));

        assertThat(matches(matcher, block)).isTrue();
        assertThat(matches(matcher, IpPrefix.parse("10.1.0.0/16"))).isFalse();
        assertThat(matches(matcher, IpPrefix.parse("10.1.1.0/24"))).isTrue();
    }

    @Test
    void anEmptySetHoldsNothing() {
        assertThat(matches(new PrefixMatcher(List.of()), IpPrefix.DEFAULT_IPV4)).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void findsWhatAScanOfTheWholeSetFinds(AddressFamily family) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            List<PrefixRange> ranges = new ArrayList<>();
            for (int i = random.nextInt(40); i > 0; i--) {
                ranges.add(range(random, family));
            }
            PrefixMatcher matcher = new PrefixMatcher(ranges);
            for (int i = 0; i < 200; i++) {
                IpPrefix prefix = prefix(random, family);
                assertThat(matches(matcher, prefix))
                        .as("seed %d: %s in %s", seed, prefix, ranges)
                        .isEqualTo(scan(ranges, prefix));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 4..24, do not fit",
        "10.0.0.0/8, 24..16, do not fit",
        "10.0.0.0/8, 8..33, do not fit",
        "10.0.0.0/8, 8-24, not a mask length range",
        "10.0.0.0/8, ..24, not a mask length range",
        "10.0.0.0/8, 8..x, not a mask length range",
    })
    void aRangeThatNoPrefixCanMeetIsRefused(String block, String range, String message) {
        IpPrefix prefix = IpPrefix.parse(block);
        assertThatThrownBy(() -> PrefixRange.of(prefix, range))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    private static boolean matches(PrefixMatcher matcher, IpPrefix prefix) {
        IpAddress address = prefix.address();
        return matcher.matches(prefix.family(), address.high(), address.low(), prefix.length());
    }

    private static boolean scan(List<PrefixRange> ranges, IpPrefix prefix) {
        return ranges.stream()
                .anyMatch(r -> r.prefix().covers(prefix)
                        && r.minLength() <= prefix.length()
                        && prefix.length() <= r.maxLength());
    }

    private static PrefixRange range(Random random, AddressFamily family) {
        IpPrefix prefix = prefix(random, family);
        int min = prefix.length() + random.nextInt(family.bits() - prefix.length() + 1);
        int max = min + random.nextInt(family.bits() - min + 1);
        return new PrefixRange(prefix, min, max);
    }

    /** From few bits, so that prefixes cover each other. */
    private static IpPrefix prefix(Random random, AddressFamily family) {
        long high = random.nextInt(4) * 0x4000_4000_0000_0001L;
        long low = random.nextInt(4) * 0x4000_0000_0000_0001L;
        int length = random.nextInt(family.bits() + 1);
        long familyHigh = family == AddressFamily.IPV4 ? high & 0xFFFF_FFFF_0000_0000L : high;
        long familyLow = family == AddressFamily.IPV4 ? 0 : low;
        return IpPrefix.of(
                family, familyHigh & IpPrefix.highMask(length), familyLow & IpPrefix.lowMask(length), length);
    }
}

package dev.espalier.bgp.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.net.ExtendedCommunity;
import dev.espalier.route.PathAttributes;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LinkBandwidthTest {

    private static final float GIGABIT = 125_000_000;

    private static PathAttributes with(String... communities) {
        List<ExtendedCommunity> parsed =
                Arrays.stream(communities).map(ExtendedCommunity::parse).toList();
        return PathAttributes.builder().extendedCommunities(parsed).build();
    }

    private static int[] weights(float... bandwidths) {
        return LinkBandwidth.weights(bandwidths);
    }

    @Test
    void aRatioOfSmallNumbersIsKeptExactly() {
        assertThat(weights(10 * GIGABIT, 10 * GIGABIT, 40 * GIGABIT)).containsExactly(1, 1, 4);
        assertThat(weights(25 * GIGABIT, 10 * GIGABIT)).containsExactly(5, 2);
        assertThat(weights(100 * GIGABIT, 25 * GIGABIT, 40 * GIGABIT)).containsExactly(20, 5, 8);
        assertThat(weights(256, 1)).containsExactly(256, 1);
        assertThat(weights(100 * GIGABIT, 100 * GIGABIT)).containsExactly(1, 1);
    }

    @Test
    void anotherRatioIsRoundedWithTheWidestAt256AndNobodyAtNothing() {
        assertThat(weights(257, 256)).containsExactly(256, 255);
        assertThat(weights(1000 * GIGABIT, 1)).containsExactly(256, 1);
        assertThat(weights(1.5f, 3.25f)).containsExactly(6, 13);
        assertThat(weights(2.7182817f, 10)).containsExactly(70, 256);
        assertThat(weights(Float.MAX_VALUE, Float.MAX_VALUE / 2)).containsExactly(2, 1);
    }

    @Test
    void everyWeightIsWithinHalfAUnitOfTheBandwidth() {
        Random random = new Random(65000);
        for (int i = 0; i < 2000; i++) {
            float[] bandwidths = new float[1 + random.nextInt(8)];
            for (int j = 0; j < bandwidths.length; j++) {
                bandwidths[j] = 1 + random.nextInt(1_000_000);
            }
            int[] weights = LinkBandwidth.weights(bandwidths);
            int heaviest = Arrays.stream(weights).max().orElseThrow();
            double widest = 0;
            for (float bandwidth : bandwidths) {
                widest = Math.max(widest, bandwidth);
            }
            for (int j = 0; j < bandwidths.length; j++) {
                assertThat(weights[j]).isBetween(1, 256);
                assertThat((double) weights[j])
                        .as("%s as %s", Arrays.toString(bandwidths), Arrays.toString(weights))
                        .isCloseTo(Math.max(1, bandwidths[j] * heaviest / widest), within(0.501));
            }
        }
    }

    @Test
    void onePathWithoutABandwidthMakesAllEqual() {
        assertThat(weights(10 * GIGABIT, LinkBandwidth.NONE, 40 * GIGABIT)).containsExactly(1, 1, 1);
    }

    @Test
    void aSumIsThatOfAllPathsOrNotKnown() {
        assertThat(LinkBandwidth.sum(new float[] {10 * GIGABIT, 40 * GIGABIT})).isEqualTo(50 * GIGABIT);
        assertThat(LinkBandwidth.sum(new float[] {10 * GIGABIT, LinkBandwidth.NONE}))
                .isEqualTo(LinkBandwidth.NONE);
        assertThat(LinkBandwidth.sum(new float[] {Float.MAX_VALUE, Float.MAX_VALUE}))
                .isEqualTo(Float.MAX_VALUE);
        assertThat(LinkBandwidth.sum(new float[0])).isEqualTo(LinkBandwidth.NONE);
    }

    @Test
    void bothFormsOfTheCommunityCountAndTheLargestOfSeveral() {
        assertThat(LinkBandwidth.of(with("bandwidth:65000:1000"))).isEqualTo(1000);
        assertThat(LinkBandwidth.of(with("rt:65000:1", "bandwidth-transitive:65000:2000", "bandwidth:65001:1000")))
                .isEqualTo(2000);
    }

    @Test
    void whatIsNoNumberAboveNothingCountsAsNone() {
        assertThat(LinkBandwidth.of(with())).isEqualTo(LinkBandwidth.NONE);
        assertThat(LinkBandwidth.of(with("rt:65000:9"))).isEqualTo(LinkBandwidth.NONE);
        for (float odd : new float[] {0, -1, Float.NaN, Float.POSITIVE_INFINITY}) {
            String community = "0x4004fde8%08x".formatted(Float.floatToRawIntBits(odd));
            assertThat(LinkBandwidth.of(with(community))).as(community).isEqualTo(LinkBandwidth.NONE);
        }
    }
}

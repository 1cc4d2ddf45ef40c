package dev.espalier.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class BandwidthTest {

    private static final int MTU = 1500;

    @Test
    void bitsBecomeOctetsAndWhatMayWaitIsABurstAndAFortiethOfASecond() {
        assertThat(TokenBucket.of(8_000_000, 800_000, MTU)).isEqualTo(new TokenBucket(1_000_000, 100_000, 125_000));
    }

    @Test
    void noRateIsNoLimit() {
        assertThat(TokenBucket.of(0, 0, MTU)).isNull();
    }

    @Test
    void aBurstThatNobodySaidIsOurs() {
        assertThat(TokenBucket.of(8_000_000, 0, MTU)).isEqualTo(new TokenBucket(1_000_000, 65_536, 90_536));
        assertThat(TokenBucket.of(80_000_000, 0, MTU)).isEqualTo(new TokenBucket(10_000_000, 500_000, 750_000));
        Bandwidth ofContainerd = new Bandwidth(8_000_000, 4_294_967_295L, 0, 34_359_738_360L);
        assertThat(ofContainerd).isEqualTo(new Bandwidth(8_000_000, 0, 0, 0));
    }

    @Test
    void aBucketHoldsOnePacketHoweverLittleWasSaid() {
        assertThat(TokenBucket.of(1, 1, MTU)).isEqualTo(new TokenBucket(1, 1518, 1518));
    }

    @Test
    void aRateBeyondFourOctetsIsSaidInEight() {
        TokenBucket fast = TokenBucket.of(100_000_000_000L, 4_294_967_294L, MTU);
        assertThat(fast).isEqualTo(new TokenBucket(12_500_000_000L, 536_870_911, 849_370_911));
        assertThat(fast.needsLongRate()).isTrue();
        assertThat(fast.shortRate()).isEqualTo(-1);
        assertThat(TokenBucket.of(Long.MAX_VALUE, 0, MTU).limit()).isEqualTo(4_294_967_295L);
    }

    @Test
    void contradictionsAreRefusedInTheWordsOfTheCapability() {
        assertThatThrownBy(() -> new Bandwidth(-1, 0, 0, 0))
                .hasMessage("ingressRate -1 and ingressBurst 0 must not be negative");
        assertThatThrownBy(() -> new Bandwidth(0, 0, 0, 8000))
                .hasMessage("egressBurst 8000 says nothing without egressRate; give both");
    }
}

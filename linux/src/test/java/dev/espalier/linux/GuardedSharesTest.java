package dev.espalier.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.linux.NexthopTable.Share;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class GuardedSharesTest {

    @Test
    void aHopOnStandbyGetsNoBucketAndTheOneInUseGetsAll() {
        assertThat(GuardedShares.buckets(new int[] {256, 1})).containsExactly(64, 0);
        assertThat(GuardedShares.buckets(new int[] {256, 1, 1})).containsExactly(64, 0, 0);
        assertThat(GuardedShares.buckets(new int[] {1})).containsExactly(64);
    }

    @Test
    void oneHopInUseLeavesRoomForTwoOnStandby() {
        int[] inUse = GuardedShares.inUse(new int[] {1});

        assertThat(inUse).containsExactly(256);
        assertThat(GuardedShares.room(inUse)).isEqualTo(2);
    }

    @Test
    void whateverTheWeightsEveryHopInUseGetsABucketAndNoneOnStandbyDoes() {
        SplittableRandom random = new SplittableRandom(20);
        for (int round = 0; round < 2000; round++) {
            int[] weights = random.ints(random.nextInt(1, 33), 1, random.nextBoolean() ? 257 : 5)
                    .toArray();
            int[] inUse = GuardedShares.inUse(weights);
            int room = GuardedShares.room(inUse);
            assertThat(room).as(Arrays.toString(weights)).isPositive();
            List<Share> shares = new ArrayList<>();
            for (int i = 0; i < inUse.length; i++) {
                assertThat(inUse[i]).isBetween(1, 256);
                shares.add(new Share(i, inUse[i]));
            }
            for (int i = 0; i < Math.min(room, 4); i++) {
                shares.add(new Share(1000 + i, 1));
            }
            assertThat(GuardedShares.inUse(shares).stream().map(Share::member))
                    .as(Arrays.toString(weights))
                    .containsExactlyElementsOf(shares.stream()
                            .map(Share::member)
                            .filter(member -> member < 1000)
                            .toList());
        }
    }

    @Test
    void whatIsReadBackHasTheWeightsThatWereWanted() {
        int[] inUse = GuardedShares.inUse(new int[] {3, 1, 1});
        List<Share> shares =
                List.of(new Share(7, inUse[0]), new Share(8, inUse[1]), new Share(9, inUse[2]), new Share(10, 1));

        assertThat(GuardedShares.inUse(shares)).containsExactly(new Share(7, 3), new Share(8, 1), new Share(9, 1));
    }
}

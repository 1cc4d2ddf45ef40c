package dev.espalier.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestNameTest {

    @Test
    void aSwapOfTwoLettersIsOneMistake() {
        assertThat(NearestName.distance("routre", "router")).isEqualTo(1);
        assertThat(NearestName.distance("ebgp", "BGP")).isEqualTo(1);
        assertThat(NearestName.distance("", "abc")).isEqualTo(3);
    }

    @Test
    void theNearestNameIsSuggestedAndTheFirstOfTwo() {
        assertThat(NearestName.hint("holdtimer", List.of("holdTime", "connectRetry"), 8))
                .isEqualTo("did you mean 'holdTime'?");
        assertThat(NearestName.hint("eth2", List.of("eth1", "eth0"), 8)).isEqualTo("did you mean 'eth0'?");
    }

    @Test
    void farNamesAreListedIfTheyAreFew() {
        assertThat(NearestName.hint("colour", List.of("b", "a"), 8)).isEqualTo("known: a, b");
        assertThat(NearestName.hint("colour", List.of("b", "a"), 1)).isEmpty();
    }
}

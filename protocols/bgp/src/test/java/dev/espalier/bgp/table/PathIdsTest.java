package dev.espalier.bgp.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PathIdsTest {

    @Test
    void onePathHasOneIdentifierHoweverOftenItIsHeld() {
        PathIds ids = new PathIds();
        int first = ids.acquire(3, 0);
        assertThat(ids.acquire(3, 0)).isEqualTo(first);
        ids.release(first);
        assertThat(ids.acquire(3, 0)).isEqualTo(first);
    }

    @Test
    void receivedIdentifiersOfOneSourceAreToldApartAndZeroIsOneOfThem() {
        PathIds ids = new PathIds();
        assertThat(List.of(ids.acquire(3, 0), ids.acquire(3, 1), ids.acquire(4, 0)))
                .doesNotHaveDuplicates();
    }

    @Test
    void anIdentifierThatNobodyHoldsIsForgotten() {
        PathIds ids = new PathIds();
        ids.release(ids.acquire(3, 0));
        assertThat(ids.size()).isZero();
        assertThat(ids.find(3, 0)).isEmpty();
    }

    @Test
    void afterTheLastNumberThoseStillInUseAreSkippedAndZeroIsNotGiven() {
        PathIds ids = new PathIds();
        int first = ids.acquire(1, 0);
        ids.acquire(2, 0);
        ids.release(first);
        ids.wrapTo(-2);
        List<Integer> given = new ArrayList<>();
        for (int source = 3; source <= 6; source++) {
            given.add(ids.acquire(source, 0));
        }
        assertThat(given).containsExactly(-2, -1, 1, 3);
    }
}

package dev.espalier.routing;

import static dev.espalier.routing.Node.hop;
import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.route.NextHop.Hop;
import java.util.List;
import org.junit.jupiter.api.Test;

class HopSharesTest {

    private final HopShares shares = new HopShares();

    @Test
    void nothingAddedIsNoHops() {
        shares.add(5, List.of());
        assertThat(shares.toHops()).isEmpty();
    }

    @Test
    void aNextHopsWeightIsDividedAmongItsWays() {
        shares.add(3, List.of(hop("10.0.1.2", 1), hop("10.0.2.2", 2)));
        shares.add(1, List.of(hop("10.0.3.2", 3)));
        assertThat(shares.toHops())
                .containsExactly(hop("10.0.1.2", 1, 3), hop("10.0.2.2", 2, 3), hop("10.0.3.2", 3, 2));
    }

    @Test
    void waysInCommonAreAddedUp() {
        shares.add(1, List.of(hop("10.0.1.2", 1), hop("10.0.2.2", 2)));
        shares.add(1, List.of(hop("10.0.1.2", 1)));
        assertThat(shares.toHops()).containsExactly(hop("10.0.1.2", 1, 3), hop("10.0.2.2", 2, 1));
    }

    @Test
    void equalDistributionsAreEqualLists() {
        shares.add(2, List.of(hop("10.0.2.2", 2, 4)));
        shares.add(2, List.of(hop("10.0.1.2", 1, 7)));
        assertThat(shares.toHops()).containsExactly(hop("10.0.1.2", 1), hop("10.0.2.2", 2));
    }

    @Test
    void weightsStayWithinWhatTheKernelTakes() {
        shares.add(256, List.of(hop("10.0.1.2", 1, 255), hop("10.0.2.2", 2, 2)));
        shares.add(1, List.of(hop("10.0.3.2", 3, 251), hop("10.0.4.2", 4, 1)));
        assertThat(shares.toHops()).extracting(Hop::weight).allMatch(weight -> weight >= 1 && weight <= 256);
        assertThat(shares.toHops()).hasSize(4).first().extracting(Hop::weight).isEqualTo(256);
    }
}

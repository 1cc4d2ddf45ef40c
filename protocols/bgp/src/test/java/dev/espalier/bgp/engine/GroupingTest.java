package dev.espalier.bgp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.net.IpPrefix;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The same network twice, with the same story: once neighbours share update groups, once each is told on its own. */
class GroupingTest {

    private static final int SEEDS = 60;

    @Test
    void whoSharesMessagesIsToldTheSameAsWhoDoesNot() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            assertThat(outcome(seed, false)).as("seed %d", seed).isEqualTo(outcome(seed, true));
        }
    }

    /** Every Adj-RIB-In, as text. */
    private static Map<String, String> outcome(long seed, boolean apart) {
        Scenario scenario = new Scenario(seed, apart);
        new Disturbances(scenario).run();
        scenario.settle();
        Map<String, String> heard = new TreeMap<>();
        for (Network.Router router : scenario.routers) {
            Map<IpPrefix, PrefixSnapshot> routes = router.routes();
            routes.forEach((prefix, snapshot) -> snapshot.paths()
                    .forEach(path -> heard.put(
                            router + " " + prefix + " from " + path.from(),
                            path.received().toString())));
        }
        return heard;
    }
}

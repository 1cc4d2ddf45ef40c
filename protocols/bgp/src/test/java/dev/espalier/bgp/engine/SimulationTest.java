package dev.espalier.bgp.engine;

import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Networks drawn from seeds, disturbed, repaired, and looked at: see docs/simulator.md. A failure names its seed and the command
 * that runs it again. {@code -Despalier.seed=N} runs one seed, {@code -Despalier.seeds=N} as many as that.
 */
class SimulationTest {

    private static final @Nullable Long ONLY = Long.getLong("espalier.seed");

    @Test
    void networksSettleInTheStateTheRulesDemandWhateverHappenedToThem() {
        simulate(500);
    }

    @Test
    @Tag("long")
    void aMillionNetworksSettle() {
        simulate(1_000_000);
    }

    private static void simulate(int usualCount) {
        long count = Long.getLong("espalier.seeds", usualCount);
        LongStream seeds = ONLY != null ? LongStream.of(ONLY) : LongStream.rangeClosed(1, count);
        seeds.parallel().forEach(SimulationTest::simulate);
    }

    private static void simulate(long seed) {
        Scenario scenario = new Scenario(seed);
        try {
            Disturbances disturbances = new Disturbances(scenario);
            Invariants invariants = new Invariants(scenario);
            disturbances.run();
            scenario.settle();
            invariants.check();
            disturbances.withdrawAll();
            scenario.settle();
            invariants.checkEmpty();
        } catch (RuntimeException | AssertionError failure) {
            if (ONLY != null) {
                scenario.story().forEach(System.out::println);
            }
            throw new AssertionError(
                    "seed " + seed
                            + "; to run it again: ./mvnw -pl protocols/bgp test -Dtest=SimulationTest -Despalier.seed="
                            + seed,
                    failure);
        }
    }
}

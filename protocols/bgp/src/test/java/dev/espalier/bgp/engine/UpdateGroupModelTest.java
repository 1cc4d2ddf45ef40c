package dev.espalier.bgp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.engine.GroupBench.Path;
import dev.espalier.policy.Policies;
import dev.espalier.policy.Policy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Update groups, with and without ADD-PATH, against a model that works out each neighbour's routes alone. */
class UpdateGroupModelTest {

    private static final String PREFIX = "192.0.2.0/24";
    private static final int[] LIMITS = {0, 2, 3, Integer.MAX_VALUE};
    private static final int NEIGHBORS = 7;

    private final GroupBench bench = new GroupBench();

    private static Policy policy(Random random) {
        return random.nextInt(3) == 0 ? GroupBench.NOT_MED_1 : Policies.acceptAll();
    }

    /**
     * The listeners themselves fail when they are told anything twice, or asked to forget what they were not told, or when an
     * identifier in use comes to stand for another path.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void groupedOutputIsWhatEachNeighbourWouldBeToldAlone(long seed) {
        Random random = new Random(seed);
        for (int step = 0; step < 2000; step++) {
            disturb(random);
            if (step % 100 == 99) {
                bench.finish();
                assertEverybodyKnowsTheModel(seed, step);
            }
        }
    }

    private void assertEverybodyKnowsTheModel(long seed, int step) {
        bench.listeners.forEach((number, listener) -> {
            assertThat(bench.heard(number))
                    .as("seed %d step %d: neighbour %d, %s", seed, step, number, bench.keys.get(number))
                    .isEqualTo(bench.model(number));
            assertThat(listener.refreshing).as("a refresh ends").isFalse();
        });
    }

    private void disturb(Random random) {
        int number = 1 + random.nextInt(NEIGHBORS);
        Listener listener = bench.listeners.get(number);
        switch (random.nextInt(20)) {
            case 0 -> {
                if (listener == null) {
                    bench.join(number, GroupBench.key(LIMITS[random.nextInt(LIMITS.length)], policy(random)));
                } else if (random.nextInt(3) == 0) {
                    bench.leave(number);
                }
            }
            case 1 -> {
                if (listener != null) {
                    int paths = bench.keys.get(number).paths();
                    int limit = paths == 0 ? 0 : LIMITS[1 + random.nextInt(LIMITS.length - 1)];
                    bench.rekey(number, GroupBench.key(limit, policy(random)));
                }
            }
            case 2 -> {
                if (listener != null) {
                    listener.writable = !listener.writable;
                }
            }
            case 3 -> {
                if (listener != null) {
                    bench.groups.repeat(bench.members.get(number), 0);
                }
            }
            case 4, 5, 6, 7, 8 -> bench.turn(1 + random.nextInt(4));
            case 9, 10, 11 -> bench.withdraw(prefix(random), path(random));
            default -> bench.announce(prefix(random), path(random), 100 + random.nextInt(2), random.nextInt(3));
        }
    }

    private static String prefix(Random random) {
        return "192.0.2." + 16 * random.nextInt(6) + "/28";
    }

    private static Path path(Random random) {
        return new Path(1 + random.nextInt(NEIGHBORS), random.nextInt(3));
    }

    @Test
    void nothingIsHeldOnceEverythingIsWithdrawnAndEverybodyHasLeft() {
        groupedOutputIsWhatEachNeighbourWouldBeToldAlone(99);
        bench.locRib.rib().forEach(row -> {
            bench.locRib.changed(bench.locRib.rib().prefix(row));
            bench.locRib.rib().remove(row);
        });
        bench.finish();
        List.copyOf(bench.members.keySet()).forEach(bench::leave);
        assertThat(bench.attributes.size()).isZero();
        assertThat(bench.groups.pathIdsHeld()).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void theBestNDoNotDependOnTheOrderOfArrival(long seed) {
        Random random = new Random(seed);
        List<Path> paths = new ArrayList<>();
        for (int source = 1; source <= 6; source++) {
            paths.add(new Path(source, 0));
            paths.add(new Path(source, 1));
        }
        bench.join(7, GroupBench.key(3, Policies.acceptAll()));
        bench.finish();
        List<?> first = null;
        for (int round = 0; round < 30; round++) {
            Collections.shuffle(paths, random);
            for (Path path : paths) {
                bench.announce(PREFIX, path, 100, path.source() / 2);
                bench.turn(1 + random.nextInt(2));
            }
            bench.finish();
            List<?> heard = List.copyOf(bench.heard(7).values());
            assertThat(heard).isEqualTo(first == null ? heard : first);
            first = heard;
            Collections.shuffle(paths, random);
            for (Path path : paths) {
                bench.withdraw(PREFIX, path);
                bench.turn(1);
            }
            bench.finish();
            assertThat(bench.heard(7)).isEmpty();
        }
    }

    @Test
    void aPathThatFallsOutOfTheBestNIsWithdrawnTheNextAnnouncedAndTheOthersDoNotFlap() {
        bench.join(7, GroupBench.key(2, Policies.acceptAll()));
        for (int source = 2; source <= 4; source++) {
            bench.announce(PREFIX, new Path(source, 0), 100, 0);
        }
        bench.finish();
        assertThat(marks(7)).containsExactly("65000:200", "65000:300");
        Listener listener = bench.listeners.get(7);
        var ofTwo = listener.routes.keySet().iterator().next();
        int announced = listener.announcements;
        bench.announce(PREFIX, new Path(1, 0), 100, 0);
        bench.finish();
        assertThat(marks(7)).containsExactly("65000:100", "65000:200");
        assertThat(listener.routes).containsKey(ofTwo);
        assertThat(listener.announcements - announced).isEqualTo(1);
        assertThat(listener.withdrawals).isEqualTo(1);
        bench.withdraw(PREFIX, new Path(2, 0));
        bench.finish();
        assertThat(marks(7)).containsExactly("65000:100", "65000:300");
        assertThat(listener.announcements - announced).isEqualTo(2);
        assertThat(listener.withdrawals).isEqualTo(2);
    }

    @Test
    void aPathRefusedByPolicyAndTheNeighboursOwnTakeNoPlace() {
        bench.join(1, GroupBench.key(2, GroupBench.NOT_MED_1));
        bench.join(7, GroupBench.key(2, GroupBench.NOT_MED_1));
        bench.announce(PREFIX, new Path(1, 0), 100, 0);
        bench.announce(PREFIX, new Path(2, 0), 200, 1);
        bench.announce(PREFIX, new Path(3, 0), 100, 0);
        bench.announce(PREFIX, new Path(4, 0), 100, 0);
        bench.finish();
        assertThat(marks(7)).containsExactly("65000:100", "65000:300");
        assertThat(marks(1)).containsExactly("65000:300", "65000:400");
    }

    @Test
    void aChangeOfAPathThatIsNotTheBestIsToldWithAddPathOnly() {
        bench.join(6, GroupBench.key(0, Policies.acceptAll()));
        bench.join(7, GroupBench.key(Integer.MAX_VALUE, Policies.acceptAll()));
        bench.announce(PREFIX, new Path(1, 0), 100, 0);
        bench.announce(PREFIX, new Path(2, 0), 100, 5);
        bench.finish();
        int before = bench.listeners.get(7).announcements;
        bench.announce(PREFIX, new Path(2, 0), 100, 6);
        bench.finish();
        assertThat(bench.listeners.get(7).announcements - before).isEqualTo(1);
        assertThat(bench.listeners.get(6).announcements).isEqualTo(1);
    }

    @Test
    void identifiersStayWithTheirPathsWhenTheBestChanges() {
        bench.join(7, GroupBench.key(Integer.MAX_VALUE, Policies.acceptAll()));
        bench.announce(PREFIX, new Path(1, 0), 100, 0);
        bench.announce(PREFIX, new Path(2, 0), 100, 0);
        bench.finish();
        Listener listener = bench.listeners.get(7);
        var before = List.copyOf(listener.routes.keySet());
        bench.announce(PREFIX, new Path(2, 0), 200, 0);
        bench.finish();
        assertThat(listener.routes.keySet()).containsExactlyElementsOf(before);
    }

    private List<String> marks(int number) {
        return bench.heard(number).values().stream()
                .flatMap(List::stream)
                .map(Object::toString)
                .toList();
    }
}

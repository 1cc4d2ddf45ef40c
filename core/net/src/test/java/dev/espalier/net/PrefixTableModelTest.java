package dev.espalier.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Thousands of random steps on a table and on an ordinary map, which must agree after each. A failure prints its seed. */
class PrefixTableModelTest {

    private static final int SEEDS = 60;
    private static final int STEPS = 4_000;

    /** Where the prefixes of one run lie: a few nested blocks, dense hosts, or anywhere. */
    private enum Terrain {
        NESTED,
        DENSE,
        SPARSE
    }

    private static final class Run {
        private final AddressFamily family;
        private final Random random;
        private final Terrain terrain;
        private final PrefixTable table;
        private final TreeMap<IpPrefix, Integer> holders = new TreeMap<>();
        private final TreeMap<IpPrefix, Integer> numbers = new TreeMap<>();

        Run(AddressFamily family, long seed) {
            this.family = family;
            random = new Random(seed);
            terrain = switch (random.nextInt(3)) {
                case 0 -> Terrain.NESTED;
                case 1 -> Terrain.DENSE;
                default -> Terrain.SPARSE;
            };
            table = new PrefixTable(family);
        }

        IpPrefix prefix() {
            int bits = family.bits();
            return switch (terrain) {
                case NESTED -> block(0x0A0A_0A0A_0A0A_0A0AL, 0x0A0A_0A0A_0A0A_0A0AL, random.nextInt(bits + 1));
                case DENSE -> {
                    long host = random.nextInt(3_000);
                    long high = 0x0A00_0000L << 32;
                    yield family == AddressFamily.IPV4
                            ? block(high | host << 32, 0, bits - random.nextInt(3))
                            : block(high, host, bits - random.nextInt(3));
                }
                case SPARSE -> block(random.nextLong(), random.nextLong(), random.nextInt(bits + 1));
            };
        }

        /** Now and then with one bit turned, so that nested runs meet siblings too. */
        IpPrefix block(long high, long low, int length) {
            int turned = random.nextInt(128);
            long turnedHigh = turned < 64 ? high ^ 1L << turned : high;
            long turnedLow = turned < 64 || family == AddressFamily.IPV4 ? low : low ^ 1L << turned - 64;
            IpAddress address = IpAddress.of(
                    family, random.nextBoolean() ? turnedHigh : high, family == AddressFamily.IPV4 ? 0 : turnedLow);
            return IpPrefix.of(address, length);
        }

        IpPrefix known() {
            IpPrefix near = numbers.ceilingKey(prefix());
            return near != null ? near : numbers.firstKey();
        }

        void step(boolean growing) {
            int dice = random.nextInt(10);
            if (numbers.isEmpty() || dice < (growing ? 6 : 2)) {
                IpPrefix prefix = prefix();
                int id = table.retain(prefix);
                Integer before = numbers.put(prefix, id);
                assertThat(before == null || before == id)
                        .as("%s keeps its number", prefix)
                        .isTrue();
                holders.merge(prefix, 1, Integer::sum);
            } else if (dice == 9) {
                IpPrefix prefix = known();
                int more = random.nextInt(100) == 0 ? 300 : 1;
                for (int i = 0; i < more; i++) {
                    table.retain(numbers.get(prefix));
                }
                holders.merge(prefix, more, Integer::sum);
            } else {
                release(known());
            }
        }

        void release(IpPrefix prefix) {
            table.release(numbers.get(prefix));
            if (holders.merge(prefix, -1, Integer::sum) == 0) {
                holders.remove(prefix);
                numbers.remove(prefix);
            }
        }

        void check() {
            assertThat(table.size()).isEqualTo(numbers.size());
            IpPrefix asked = prefix();
            assertThat(table.find(asked)).isEqualTo(numbers.getOrDefault(asked, PrefixTable.NONE));
            int maxLength = random.nextInt(family.bits() + 1);
            int longest =
                    table.longestMatch(asked.address().high(), asked.address().low(), maxLength, id -> id % 3 != 0);
            assertThat(longest).isEqualTo(longestInModel(asked.address(), maxLength));
        }

        int longestInModel(IpAddress address, int maxLength) {
            for (int length = maxLength; length >= 0; length--) {
                Integer id = numbers.get(IpPrefix.of(address, length));
                if (id != null && id % 3 != 0) {
                    return id;
                }
            }
            return PrefixTable.NONE;
        }

        void checkAll() {
            IpPrefix block = IpPrefix.of(prefix().address(), random.nextInt(family.bits() / 2));
            List<Integer> expected = new ArrayList<>();
            numbers.forEach((prefix, id) -> {
                assertThat(table.prefix(id)).isEqualTo(prefix);
                assertThat(table.find(prefix)).isEqualTo(id);
                assertThat(id).isBetween(0, table.limit() - 1);
                if (block.covers(prefix)) {
                    expected.add(id);
                }
            });
            assertThat(numbers.values()).as("no number twice").doesNotHaveDuplicates();
            List<Integer> visited = new ArrayList<>();
            table.forEachWithin(block, visited::add);
            assertThat(visited).as("within %s", block).isEqualTo(expected);
        }

        void empty() {
            for (Map.Entry<IpPrefix, Integer> entry : new ArrayList<>(holders.entrySet())) {
                for (int i = entry.getValue(); i > 0; i--) {
                    release(entry.getKey());
                }
            }
            assertThat(table.size()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(AddressFamily.class)
    void agreesWithAnOrdinaryMap(AddressFamily family) {
        for (long seed = 0; seed < SEEDS; seed++) {
            Run run = new Run(family, seed);
            try {
                for (int step = 0; step < STEPS; step++) {
                    run.step(step / 1_000 % 2 == 0);
                    run.check();
                    if (step % 500 == 0) {
                        run.checkAll();
                    }
                }
                run.checkAll();
                run.empty();
            } catch (AssertionError | RuntimeException failure) {
                throw new AssertionError(family + ", " + run.terrain + ", seed " + seed, failure);
            }
        }
    }
}

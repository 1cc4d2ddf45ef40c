package dev.espalier.ipam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.stores.state.StateStore;
import dev.espalier.stores.state.StateStoreException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Many nodes on one store, in one thread and from one seed. Before any call to the store other nodes may do something of their own,
 * so whatever a node has read may be old when it writes; and any call may fail, before or after it was carried out, and end the
 * daemon. At every moment no address is anybody's twice, and in the end nothing is left.
 */
class ManyNodesTest {

    private static final int ROUNDS = 400;
    private static final Duration COOLDOWN = Duration.ofSeconds(30);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void noAddressIsGivenTwiceAndNothingLeaks(long seed) {
        World world = new World(seed);
        for (int round = 0; round < ROUNDS; round++) {
            world.act(0);
            world.check();
        }
        assertThat(world.given).as("seed %d: addresses given", seed).isGreaterThan(ROUNDS / 10);
        assertThat(world.deaths).as("seed %d: daemons that died", seed).isPositive();
        world.endAll();
        world.check();
        assertThat(world.allocations()).as("seed %d: left over", seed).isEmpty();
    }

    private static final class World {
        private final Random random;
        private final Shared store = new Shared();
        private Instant now = Instant.parse("2026-01-01T00:00:00Z");
        /** The daemons; each remembers what it has seen, until it dies. */
        private final Map<String, Ipam> daemons = new HashMap<>();

        /** Nodes whose daemon is in the middle of something: it does one thing at a time. */
        private final Set<String> busy = new HashSet<>();
        /** Containers that run, with the address they were told. */
        private final Map<String, IpAddress> running = new HashMap<>();
        /** Containers that were ended; to be given their address again would be a mistake of this test. */
        private int containers;

        private int depth;
        private int given;
        private int deaths;

        World(long seed) {
            random = new Random(seed);
        }

        private final class Ticking extends Clock {
            @Override
            public Instant instant() {
                return now;
            }

            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }
        }

        /** One node does something, and perhaps dies of it. */
        void act(int within) {
            now = now.plusMillis(random.nextInt(2000));
            String node = "node" + random.nextInt(5);
            if (!busy.add(node)) {
                return;
            }
            depth = within;
            Ipam ipam = daemons.computeIfAbsent(node, _ -> new Ipam(store, new Ticking()));
            try {
                switch (random.nextInt(10)) {
                    case 0, 1, 2, 3, 4 -> add(ipam, node);
                    case 5, 6, 7 -> end(ipam, node);
                    case 8 -> ipam.tidy(node, _ -> pool());
                    default -> collect(ipam, node);
                }
            } catch (StateStoreException died) {
                deaths++;
                if (random.nextBoolean()) {
                    daemons.remove(node); // otherwise only the store did not answer
                }
            } catch (IpamException refused) {
                assertThat(refused.kind()).isIn(IpamException.Kind.EXHAUSTED, IpamException.Kind.BUSY);
            } finally {
                depth = within;
                busy.remove(node);
            }
        }

        private void add(Ipam ipam, String node) {
            String handle = "net." + node + "." + ++containers + "/eth0";
            IpAddress address = ipam.assign(request(handle, node)).address();
            // A runtime that did not hear the answer asks again.
            if (random.nextInt(4) == 0) {
                assertThat(ipam.assign(request(handle, node)).address()).isEqualTo(address);
            }
            assertThat(running).doesNotContainValue(address);
            running.put(handle, address);
            given++;
        }

        private Request request(String handle, String node) {
            return new Request(AddressFamily.IPV4, handle, node, "test/" + handle, List.of(pool()), null, _ -> false);
        }

        /** The length of new blocks is changed again and again, and nodes hear of it at different times. */
        private Pool pool() {
            return new Pool(
                    "pods",
                    IpPrefix.parse("10.0.0.0/25"),
                    28 + random.nextInt(3),
                    false,
                    random.nextInt(4) == 0,
                    COOLDOWN);
        }

        private void end(Ipam ipam, String node) {
            List<String> handles = new ArrayList<>(running.keySet());
            handles.removeIf(handle -> !handle.startsWith("net." + node + "."));
            handles.sort(null);
            if (!handles.isEmpty()) {
                String handle = handles.get(random.nextInt(handles.size()));
                running.remove(handle);
                ipam.release(node, handle);
            }
        }

        private void collect(Ipam ipam, String node) {
            // The runtime knows what runs; what was asked for within the grace may be on its way.
            ipam.releaseLeaked(node, running::containsKey, Duration.ofSeconds(60));
        }

        void endAll() {
            store.reliable = true;
            running.clear();
            now = now.plusSeconds(1000);
            for (int i = 0; i < 5; i++) {
                collect(new Ipam(store, new Ticking()), "node" + i);
            }
        }

        List<Allocation> allocations() {
            List<Allocation> all = new ArrayList<>();
            blocks().forEach(block -> all.addAll(block.used().values()));
            return all;
        }

        private List<Block> blocks() {
            return store.documents.values().stream().map(BlockDocument::read).toList();
        }

        void check() {
            Map<String, IpAddress> held = new HashMap<>();
            Set<IpAddress> addresses = new HashSet<>();
            List<Block> confirmed = blocks().stream().filter(Block::confirmed).toList();
            for (Block block : confirmed) {
                for (Block other : confirmed) {
                    assertThat(!block.equals(other) && Subnets.overlap(block.prefix(), other.prefix()))
                            .as("%s and %s", block, other)
                            .isFalse();
                }
                block.used().forEach((ordinal, allocation) -> {
                    assertThat(addresses.add(block.address(ordinal))).isTrue();
                    assertThat(held.put(allocation.handle(), block.address(ordinal)))
                            .isNull();
                });
            }
            assertThat(held).containsAllEntriesOf(running);
        }

        /** A store in memory, before whose every call others come first, and which fails now and then. */
        private final class Shared implements StateStore {
            private final TreeMap<String, Document> documents = new TreeMap<>();
            private long version;
            private boolean reliable;

            private void others() {
                if (!reliable && depth < 3 && random.nextInt(3) == 0) {
                    int within = depth;
                    act(within + 1);
                    depth = within;
                }
            }

            private void perhapsDie() {
                if (!reliable && random.nextInt(60) == 0) {
                    throw new StateStoreException("the daemon died here");
                }
            }

            @Override
            public @Nullable Document get(String key) {
                others();
                perhapsDie();
                return documents.get(key);
            }

            @Override
            public List<Document> list(String prefix) {
                others();
                perhapsDie();
                return List.copyOf(documents.subMap(prefix, prefix + "\uffff").values());
            }

            @Override
            public long put(String key, String value, long expected) {
                others();
                perhapsDie();
                Document there = documents.get(key);
                if ((there == null ? ABSENT : there.version()) != expected) {
                    return ABSENT;
                }
                documents.put(key, new Document(key, value, ++version));
                perhapsDie();
                return version;
            }

            @Override
            public boolean delete(String key, long expected) {
                others();
                perhapsDie();
                Document there = documents.get(key);
                if (there == null || there.version() != expected) {
                    return false;
                }
                documents.remove(key);
                perhapsDie();
                return true;
            }

            @Override
            public void close() {}
        }
    }
}

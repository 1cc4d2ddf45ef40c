package dev.espalier.routing;

import static dev.espalier.routing.Node.hop;
import static dev.espalier.routing.Node.via;
import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.route.NextHop;
import dev.espalier.route.RouteSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * After any sequence of routes with and without backups, links, abandoned next hops, refusals, losses and restarts, once all is quiet: the kernel holds what the table says,
 * and the table says what a new one would that had heard only the end of the story.
 */
class QuietTableTest {

    private static final List<String> PREFIXES = List.of(
            "0.0.0.0/0",
            "192.0.0.0/8",
            "192.0.2.0/24",
            "192.0.2.1/32",
            "192.0.3.0/24",
            "192.0.3.1/32",
            "10.0.1.0/24",
            "10.0.0.0/8",
            "203.0.113.0/24");
    private static final List<String> ADDRESSES =
            List.of("10.0.1.2", "10.0.2.2", "10.0.2.3", "192.0.2.1", "192.0.3.1", "203.0.113.1", "10.0.1.1");
    private static final List<RouteSource> SOURCES = List.of(RouteSource.LOCAL, RouteSource.EBGP, RouteSource.IBGP);

    /** A source's route for a prefix, as a protocol would tell it again after a restart. */
    private record Announcement(RouteSource source, String prefix) implements Comparable<Announcement> {
        @Override
        public int compareTo(Announcement other) {
            int bySource = source.compareTo(other.source);
            return bySource != 0 ? bySource : prefix.compareTo(other.prefix);
        }
    }

    /** What it goes by, and what stands in when that fails. */
    private record Ways(List<NextHop> nextHops, List<NextHop> backup) {}

    /** One story. */
    private static final class Story {
        private final Random random;
        private final Node node = Node.withTwoLinks();
        private final Map<Announcement, Ways> announced = new TreeMap<>();
        private final Map<String, String> foreign = new TreeMap<>();
        private final boolean[] up = {false, true, true};

        Story(long seed) {
            random = new Random(seed);
        }

        private <T> T any(List<T> list) {
            return list.get(random.nextInt(list.size()));
        }

        void step() {
            switch (random.nextInt(22)) {
                case 0, 1, 2, 3, 4, 5, 6 -> announce();
                case 7, 8, 9 -> withdraw();
                case 10, 11 -> flipLink();
                case 12, 13 -> flipForeign();
                case 14 -> node.kernel.removeByHand(IpPrefix.parse(any(PREFIXES)));
                case 15 -> node.kernel.refusesGroups = random.nextInt(4) == 0;
                case 16 -> occupy();
                case 17 -> node.kernel.slow = random.nextBoolean();
                case 18 -> restart();
                case 19, 20 -> abandonOrReinstate();
                default -> node.loop.pass(random.nextLong(3 * Node.SECOND));
            }
            if (random.nextBoolean()) {
                node.settle();
            }
            if (random.nextInt(3) > 0) {
                node.kernel.answer();
            }
        }

        private void announce() {
            Announcement what = new Announcement(any(SOURCES), any(PREFIXES));
            Ways ways =
                    switch (random.nextInt(8)) {
                        case 0 -> new Ways(List.of(new NextHop.Discard()), List.of());
                        case 1 -> new Ways(List.of(new NextHop.Attached(1 + random.nextInt(2))), someBackup());
                        default -> new Ways(someVias(), someBackup());
                    };
            announced.put(what, ways);
            tell(node, what, ways);
        }

        private List<NextHop> someBackup() {
            return random.nextBoolean() ? someVias() : List.of();
        }

        private List<NextHop> someVias() {
            List<NextHop> nextHops = new ArrayList<>();
            for (int i = 0; i <= random.nextInt(3); i++) {
                nextHops.add(via(any(ADDRESSES), 1 + random.nextInt(3)));
            }
            return nextHops;
        }

        private static void tell(Node node, Announcement what, Ways ways) {
            node.put(what.source, what.prefix, ways.nextHops, ways.backup);
        }

        private void abandonOrReinstate() {
            IpAddress nextHop = IpAddress.parse(any(ADDRESSES));
            if (random.nextBoolean()) {
                node.table.abandon(List.of(new NextHop.Via(nextHop)));
            } else {
                node.table.reinstate(nextHop, 0);
            }
        }

        private void withdraw() {
            Announcement what = new Announcement(any(SOURCES), any(PREFIXES));
            announced.remove(what);
            node.remove(what.source, what.prefix);
        }

        private void flipLink() {
            int link = 1 + random.nextInt(2);
            up[link] = !up[link];
            node.link(link, up[link]);
        }

        private void flipForeign() {
            String prefix = any(PREFIXES);
            if (foreign.remove(prefix) != null) {
                node.foreignGone(prefix, 4, 0);
            } else {
                String gateway = random.nextBoolean() ? "10.0.1.9" : "10.0.2.9";
                foreign.put(prefix, gateway);
                node.foreign(prefix, hop(gateway, gateway.startsWith("10.0.1") ? 1 : 2), 4, 0);
            }
        }

        private void occupy() {
            IpPrefix prefix = IpPrefix.parse(any(PREFIXES));
            if (!node.kernel.occupied.remove(prefix) && !node.kernel.content().containsKey(prefix)) {
                node.kernel.occupied.add(prefix);
            }
        }

        private void restart() {
            node.restart();
            node.settle();
            announced.forEach((what, ways) -> tell(node, what, ways));
            if (random.nextBoolean()) {
                node.settle();
            }
            node.table.sweep("told all again");
        }

        void comeToRest() {
            ADDRESSES.forEach(address -> node.table.reinstate(IpAddress.parse(address), 0));
            node.kernel.refusesGroups = false;
            node.kernel.occupied.clear();
            node.kernel.slow = false;
            for (int i = 0; i < 10; i++) {
                while (node.kernel.answer()) {
                    node.settle();
                }
                node.settleFor(30);
            }
        }

        /** A host that has heard nothing but the end of this story. */
        Node retold() {
            Node fresh = Node.withTwoLinks();
            fresh.link(1, up[1]);
            fresh.link(2, up[2]);
            foreign.forEach((prefix, gateway) ->
                    fresh.foreign(prefix, hop(gateway, gateway.startsWith("10.0.1") ? 1 : 2), 4, 0));
            announced.forEach((what, ways) -> tell(fresh, what, ways));
            fresh.settleFor(10);
            return fresh;
        }
    }

    private static Map<IpPrefix, List<NextHop.Hop>> wanted(RoutingTable table) {
        Map<IpPrefix, List<NextHop.Hop>> wanted = new TreeMap<>();
        table.forEachWithin(IpPrefix.DEFAULT_IPV4, route -> {
            if (route.source() != RouteSource.KERNEL) {
                wanted.put(route.prefix(), route.hops());
            }
        });
        return wanted;
    }

    @ParameterizedTest
    @ValueSource(ints = {300})
    void theKernelHoldsWhatTheTableSays(int seeds) {
        for (long seed = 1; seed <= seeds; seed++) {
            check(seed, 120);
        }
    }

    @Tag("long")
    @ParameterizedTest
    @ValueSource(ints = {5_000})
    void theKernelHoldsWhatTheTableSaysInManyStories(int seeds) {
        for (long seed = 1_000_000; seed < 1_000_000 + seeds; seed++) {
            check(seed, 200);
        }
    }

    private static void check(long seed, int steps) {
        Story story = new Story(seed);
        for (int i = 0; i < steps; i++) {
            story.step();
        }
        story.comeToRest();
        Node node = story.node;
        assertThat(node.table.isQuiet()).as("quiet, seed %d", seed).isTrue();
        assertThat(node.kernel.content()).as("kernel, seed %d", seed).isEqualTo(wanted(node.table));
        assertThat(node.kernel.everyGroupIsUsed()).as("groups, seed %d", seed).isTrue();
        assertThat(node.table.counters().failed()).as("failed, seed %d", seed).isZero();
        assertThat(node.table.counters().installed())
                .as("installed, seed %d", seed)
                .isEqualTo(node.kernel.content().size());
        Node retold = story.retold();
        assertThat(node.kernel.content()).as("retold, seed %d", seed).isEqualTo(retold.kernel.content());
        assertThat(node.index.table(AddressFamily.IPV4).size())
                .as("prefixes held, seed %d", seed)
                .isEqualTo(retold.index.table(AddressFamily.IPV4).size());
        assertThat(node.table.counters().groups())
                .as("groups held, seed %d", seed)
                .isEqualTo(retold.table.counters().groups());
    }
}

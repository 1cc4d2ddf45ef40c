package dev.espalier.bgp.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.wire.Family;
import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.Ipv4Address;
import dev.espalier.net.PrefixTable;
import dev.espalier.route.PathAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The compact tables against plain collections, and what they hold and give back. */
class TablesTest {

    private static PathAttributes attributes(int number) {
        return PathAttributes.builder()
                .nextHop(new Ipv4Address(0x0A000001))
                .med(number)
                .build();
    }

    @Test
    void equalAttributesShareANumberUntilTheLastHolderLetsGo() {
        List<Integer> forgotten = new ArrayList<>();
        AttributeTable table = new AttributeTable(forgotten::add);
        int first = table.intern(attributes(1));
        assertThat(table.intern(attributes(1))).isEqualTo(first);
        assertThat(table.intern(attributes(2))).isNotEqualTo(first);
        table.release(first);
        assertThat(table.get(first)).isEqualTo(attributes(1));
        table.release(first);
        assertThat(forgotten).containsExactly(first);
        assertThat(table.size()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void theAttributeTableAgreesWithAMap(long seed) {
        Random random = new Random(seed);
        AttributeTable table = new AttributeTable(id -> {});
        Map<PathAttributes, Integer> holders = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            PathAttributes wanted = attributes(random.nextInt(500));
            if (random.nextBoolean()) {
                table.intern(wanted);
                holders.merge(wanted, 1, Integer::sum);
            } else if (holders.containsKey(wanted)) {
                int id = table.intern(wanted);
                table.release(id);
                table.release(id);
                holders.computeIfPresent(wanted, (key, count) -> count == 1 ? null : count - 1);
            }
            assertThat(table.size()).as("seed %d step %d", seed, i).isEqualTo(holders.size());
        }
        holders.forEach(
                (wanted, count) -> assertThat(table.get(table.intern(wanted))).isEqualTo(wanted));
    }

    @Test
    void aQueueHoldsEachNumberOnceInOrder() {
        PrefixQueue queue = new PrefixQueue();
        for (int id : new int[] {5, 900, 5, 7, 900}) {
            queue.add(id);
        }
        assertThat(List.of(queue.size(), queue.poll(), queue.poll(), queue.poll()))
                .containsExactly(3, 5, 900, 7);
        queue.add(5);
        assertThat(queue.copy().poll()).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23})
    void theRibAgreesWithAMapAndHoldsNothingWhenEmpty(long seed) {
        Random random = new Random(seed);
        AttributeTable attributes = new AttributeTable(id -> {});
        PrefixTable prefixes = new PrefixTable(AddressFamily.IPV4);
        Rib rib = new Rib(Family.IPV4_UNICAST, prefixes, attributes);
        Map<List<Object>, PathAttributes> model = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            IpPrefix prefix = IpPrefix.of(new Ipv4Address(random.nextInt(40) << 24), 8);
            int source = random.nextInt(4);
            step(rib, prefixes, attributes, model, random, prefix, source);
        }
        assertThat(rib.size()).isEqualTo(model.size());
        model.forEach((key, wanted) -> {
            int path = rib.find(prefixes.find((IpPrefix) key.get(0)), (Integer) key.get(1), 0);
            assertThat(attributes.get(rib.received(path))).isEqualTo(wanted);
        });
        rib.forEach(rib::remove);
        assertThat(List.of(rib.size(), attributes.size(), prefixes.size())).containsExactly(0, 0, 0);
    }

    private static void step(
            Rib rib,
            PrefixTable prefixes,
            AttributeTable attributes,
            Map<List<Object>, PathAttributes> model,
            Random random,
            IpPrefix prefix,
            int source) {
        List<Object> key = List.of(prefix, source);
        int known = prefixes.find(prefix);
        int path = known == PrefixTable.NONE ? Rib.NONE : rib.find(known, source, 0);
        assertThat(path != Rib.NONE).isEqualTo(model.containsKey(key));
        if (random.nextInt(3) == 0) {
            if (path != Rib.NONE) {
                rib.remove(path);
                model.remove(key);
            }
            return;
        }
        PathAttributes wanted = attributes(random.nextInt(20));
        model.put(key, wanted);
        int received = attributes.intern(wanted);
        int accepted = random.nextBoolean() ? Rib.REJECTED : attributes.intern(wanted);
        if (path == Rib.NONE) {
            rib.add(prefixes.retain(prefix), source, 0, received, accepted);
        } else {
            rib.replace(path, received, accepted);
        }
    }

    @Test
    void aBestPathThatWentIsNotMistakenForOneInItsPlace() {
        AttributeTable attributes = new AttributeTable(id -> {});
        PrefixTable prefixes = new PrefixTable(AddressFamily.IPV4);
        Rib rib = new Rib(Family.IPV4_UNICAST, prefixes, attributes);
        IpPrefix prefix = IpPrefix.parse("10.0.0.0/8");
        int id = prefixes.retain(prefix);
        int set = attributes.intern(attributes(1));
        int path = rib.add(id, 1, 0, set, Rib.REJECTED);
        rib.best(id, path);
        rib.remove(path);
        assertThat(rib.hasBest(id)).isTrue();
        assertThat(rib.best(id)).isEqualTo(Rib.NONE);
        assertThat(prefixes.find(prefix))
                .as("still held until a new best is chosen")
                .isEqualTo(id);
        rib.best(id, Rib.NONE);
        assertThat(prefixes.size()).isZero();
    }

    @Test
    void whatWasToldIsHeldAndGivenBack() {
        AttributeTable attributes = new AttributeTable(id -> {});
        PrefixTable prefixes = new PrefixTable(AddressFamily.IPV4);
        AdjRibOut out = new AdjRibOut(prefixes, attributes);
        int id = prefixes.retain(IpPrefix.parse("10.0.0.0/8"));
        out.announce(id, attributes.intern(attributes(1)), 3);
        prefixes.release(id);
        AdjRibOut copy = out.copy();
        out.announce(id, attributes.intern(attributes(2)), 4);
        assertThat(List.of(out.sizeFor(3), out.sizeFor(4), copy.sizeFor(3), copy.sizeFor(4)))
                .as("nobody is told its own")
                .containsExactly(1, 0, 0, 1);
        assertThat(List.of(out.source(id), copy.source(id))).containsExactly(4, 3);
        assertThat(attributes.size()).isEqualTo(2);
        out.withdraw(id);
        assertThat(prefixes.size()).isEqualTo(1);
        copy.clear();
        assertThat(new TreeSet<>(List.of(prefixes.size(), attributes.size(), copy.size())))
                .containsExactly(0);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void howManyPathsAMemberIsToldIsKnownWithoutAWalk(long seed) {
        Random random = new Random(seed);
        AttributeTable attributes = new AttributeTable(id -> {});
        PrefixTable prefixes = new PrefixTable(AddressFamily.IPV4);
        PathIds ids = new PathIds();
        AddPathRibOut out = new AddPathRibOut(prefixes, attributes, ids);
        List<Integer> known = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            known.add(prefixes.retain(IpPrefix.parse("10." + i + ".0.0/16")));
        }
        for (int step = 0; step < 400; step++) {
            int id = known.get(random.nextInt(known.size()));
            if (out.paths(id).count() > 0 && random.nextInt(3) == 0) {
                out.withdraw(id);
            } else {
                out.announce(id, paths(random, attributes, ids));
            }
            AddPathRibOut shown = step % 7 == 0 ? out.copy() : out;
            for (int member = 0; member < 6; member++) {
                int viewer = member;
                assertThat(shown.sizeFor(member))
                        .as("member %d after step %d", member, step)
                        .isEqualTo(known.stream()
                                .mapToInt(prefix -> told(shown.paths(prefix), viewer))
                                .sum());
            }
        }
    }

    private static int told(ToldPaths paths, int viewer) {
        int told = 0;
        for (int i = 0; i < paths.count(); i++) {
            told += paths.isTold(i, viewer) ? 1 : 0;
        }
        return told;
    }

    private static ToldPaths paths(Random random, AttributeTable attributes, PathIds ids) {
        ToldPaths.Builder builder = new ToldPaths.Builder(1 + random.nextInt(3));
        int count = 1 + random.nextInt(5);
        for (int i = 0; i < count; i++) {
            int source = random.nextInt(5);
            builder.add(source, ids.acquire(source, i), attributes.intern(attributes(random.nextInt(9))));
        }
        return builder.build();
    }
}

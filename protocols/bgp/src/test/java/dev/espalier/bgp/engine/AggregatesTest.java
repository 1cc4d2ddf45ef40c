package dev.espalier.bgp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.table.AttributeTable;
import dev.espalier.bgp.table.PathSource;
import dev.espalier.bgp.table.Rib;
import dev.espalier.bgp.wire.Family;
import dev.espalier.net.AddressFamily;
import dev.espalier.net.Asn;
import dev.espalier.net.Community;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.Ipv4Address;
import dev.espalier.net.PrefixTable;
import dev.espalier.policy.Policy;
import dev.espalier.policy.PolicyRoute;
import dev.espalier.route.AsPath;
import dev.espalier.route.Origin;
import dev.espalier.route.PathAttributes;
import dev.espalier.route.RouteSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Aggregates that count, against a model that looks at all routes each time. */
class AggregatesTest {

    private static final PathAttributes.Aggregator US =
            new PathAttributes.Aggregator(new Asn(65001), Ipv4Address.parse("192.0.2.1"));

    private static final List<Origin> ORIGINS = List.of(Origin.IGP, Origin.EGP, Origin.INCOMPLETE);

    /** Odd third octets only. */
    private static final Policy ODD = new Policy() {
        @Override
        public String name() {
            return "odd";
        }

        @Override
        public Verdict judge(PolicyRoute route) {
            return new Verdict((route.high >>> 40 & 1) == 1 ? route.attributes : null, "odd", null);
        }
    };

    private final AttributeTable attributes = new AttributeTable(id -> {});
    private final PrefixTable prefixes = new PrefixTable(AddressFamily.IPV4);
    private final Rib rib = new Rib(Family.IPV4_UNICAST, prefixes, attributes);
    private final Map<IpPrefix, PathAttributes> up = new TreeMap<>();
    private final Set<Integer> toldAgain = new HashSet<>();
    private final Aggregates aggregates =
            new Aggregates(rib, attributes, AggregatesTest::source, US, this::changed, toldAgain::add);

    private void changed(IpPrefix prefix, @Nullable PathAttributes what) {
        if (what == null) {
            up.remove(prefix);
        } else {
            up.put(prefix, what);
        }
    }

    private static PathSource source(int index) {
        return new PathSource(
                index,
                index == PathSource.SELF ? RouteSource.LOCAL : RouteSource.EBGP,
                new Asn(65002),
                Ipv4Address.parse("10.0.0.2"),
                Ipv4Address.parse("10.0.0.2"),
                false,
                0);
    }

    private static SpeakerConfig.Origination aggregate(
            boolean summaryOnly, boolean communities, @Nullable Policy contributors) {
        return new SpeakerConfig.Origination(
                PathAttributes.builder()
                        .med(9)
                        .communities(List.of(Community.parse("65001:1")))
                        .build(),
                null,
                true,
                new SpeakerConfig.Aggregate(summaryOnly, communities, contributors),
                "test");
    }

    private void best(String prefix, int source, @Nullable PathAttributes what) {
        best(IpPrefix.parse(prefix), source, what);
    }

    /** Makes a path the only and the best one of its prefix, or with null there is none any more. */
    private void best(IpPrefix prefix, int source, @Nullable PathAttributes what) {
        int id = prefixes.retain(prefix);
        int old = rib.first(id);
        if (what != null) {
            int set = attributes.intern(what);
            attributes.retain(set);
            prefixes.retain(id);
            int path = rib.add(id, source, 0, set, set);
            rib.best(id, path);
        } else if (rib.hasBest(id)) {
            rib.best(id, Rib.NONE);
        }
        if (old != Rib.NONE) {
            rib.remove(old);
        }
        aggregates.changed(id);
        prefixes.release(id);
    }

    private static PathAttributes route(Origin origin, String community, long... path) {
        return PathAttributes.builder()
                .origin(origin)
                .asPath(AsPath.sequence(
                        java.util.Arrays.stream(path).mapToObj(Asn::new).toList()))
                .communities(List.of(Community.parse(community)))
                .build();
    }

    @Test
    void anAggregateComesWithItsFirstRouteAndGoesWithItsLast() {
        IpPrefix ten = IpPrefix.parse("10.0.0.0/8");
        aggregates.configure(Map.of(ten, aggregate(false, false, null)));
        aggregates.settle();
        assertThat(up).isEmpty();
        best("10.1.0.0/16", 1, route(Origin.IGP, "1:1", 5));
        best("10.2.0.0/16", 1, route(Origin.IGP, "1:1", 5));
        aggregates.settle();
        assertThat(up).containsOnlyKeys(ten);
        best("10.1.0.0/16", 1, null);
        aggregates.settle();
        assertThat(up).containsOnlyKeys(ten);
        best("10.2.0.0/16", 1, null);
        aggregates.settle();
        assertThat(up).isEmpty();
        assertThat(prefixes.size()).as("nothing is held any more").isZero();
        assertThat(attributes.size()).isZero();
    }

    @Test
    void itsAttributesSayWhoAggregatedTheWorstOriginAndThatPathsAreLost() {
        IpPrefix ten = IpPrefix.parse("10.0.0.0/8");
        aggregates.configure(Map.of(ten, aggregate(false, true, null)));
        best("10.1.0.0/16", 1, route(Origin.IGP, "1:1"));
        aggregates.settle();
        assertThat(up.get(ten).atomicAggregate()).isFalse();
        best("10.2.0.0/16", 1, route(Origin.INCOMPLETE, "1:2", 5));
        aggregates.settle();
        PathAttributes what = up.get(ten);
        assertThat(what.atomicAggregate()).isTrue();
        assertThat(what.origin()).isEqualTo(Origin.INCOMPLETE);
        assertThat(what.aggregator()).contains(US);
        assertThat(what.asPath().isEmpty())
                .as("it begins here, and has no AS_SET (RFC 9774)")
                .isTrue();
        assertThat(what.med()).isEqualTo(9);
        assertThat(what.communities())
                .containsExactly(Community.parse("1:1"), Community.parse("1:2"), Community.parse("65001:1"));
        best("10.2.0.0/16", 1, null);
        aggregates.settle();
        assertThat(up.get(ten).origin()).isEqualTo(Origin.IGP);
        assertThat(up.get(ten).atomicAggregate()).isFalse();
        assertThat(up.get(ten).communities()).containsExactly(Community.parse("1:1"), Community.parse("65001:1"));
    }

    @Test
    void anAggregateContributesNeitherToItselfNorToAnother() {
        aggregates.configure(Map.of(
                IpPrefix.parse("10.0.0.0/8"), aggregate(false, false, null),
                IpPrefix.parse("10.1.0.0/16"), aggregate(false, false, null)));
        best("10.0.0.0/8", PathSource.SELF, route(Origin.IGP, "1:1"));
        best("10.1.0.0/16", PathSource.SELF, route(Origin.IGP, "1:1"));
        aggregates.settle();
        assertThat(up).isEmpty();
        best("10.1.0.0/16", 2, route(Origin.IGP, "1:1", 7)); // somebody else's route for the same prefix is a route
        aggregates.settle();
        assertThat(up).containsOnlyKeys(IpPrefix.parse("10.0.0.0/8"));
    }

    @Test
    void whyAnAggregateIsDownIsSaidWithAnExample() {
        IpPrefix ten = IpPrefix.parse("10.0.0.0/8");
        IpPrefix within = IpPrefix.parse("10.2.0.0/16");
        aggregates.configure(Map.of(ten, aggregate(false, false, ODD), within, aggregate(false, false, null)));
        aggregates.settle();
        String down = "our aggregate, of test, is not announced: ";
        assertThat(aggregates.whyDown(ten)).isEqualTo(down + "no more specific route is known");
        int undecided = prefixes.retain(IpPrefix.parse("10.4.0.0/16"));
        int set = attributes.intern(route(Origin.IGP, "1:1", 5));
        attributes.retain(set);
        rib.add(undecided, 1, 0, set, set);
        assertThat(aggregates.whyDown(ten))
                .isEqualTo(down + "more specific routes are known, but none of them is chosen as best, for example"
                        + " 10.4.0.0/16");
        best(within, PathSource.SELF, route(Origin.IGP, "1:1"));
        assertThat(aggregates.whyDown(ten))
                .isEqualTo(down + "the more specific routes are aggregates of ours, which do not count, for example"
                        + " 10.2.0.0/16");
        best("10.6.0.0/16", 1, route(Origin.IGP, "1:1", 5));
        aggregates.settle();
        assertThat(aggregates.whyDown(ten))
                .isEqualTo(
                        down
                                + "'contributors' accepts none of the more specific routes, for example 10.6.0.0/16 (policy 'odd' default action)");
        best("10.7.1.0/24", 1, route(Origin.IGP, "1:1", 5));
        aggregates.settle();
        assertThat(aggregates.whyDown(ten)).as("up").isNull();
        assertThat(aggregates.whyDown(IpPrefix.parse("10.7.1.0/24")))
                .as("no aggregate")
                .isNull();
    }

    @Test
    void whatIsSummarisedIsToldAgainWhenTheAggregateIsTakenAway() {
        aggregates.configure(Map.of(IpPrefix.parse("10.0.0.0/8"), aggregate(true, false, null)));
        best("10.1.0.0/16", 1, route(Origin.IGP, "1:1", 5));
        aggregates.settle();
        int id = prefixes.find(IpPrefix.parse("10.1.0.0/16"));
        assertThat(toldAgain).containsExactly(id);
        toldAgain.clear();
        aggregates.configure(Map.of());
        aggregates.settle();
        assertThat(toldAgain).containsExactly(id);
    }

    @Test
    void countingAgreesWithLookingAtEverythingInTwoThousandHistories() {
        for (long seed = 1; seed <= 2000; seed++) {
            replay(seed);
        }
    }

    private void replay(long seed) {
        Random random = new Random(seed);
        Map<IpPrefix, PathAttributes> routes = new HashMap<>();
        Map<IpPrefix, Integer> sources = new HashMap<>();
        Map<IpPrefix, SpeakerConfig.Origination> configured = Map.of();
        for (int step = 0; step < 60; step++) {
            if (step % 20 == 0) {
                configured = randomAggregates(random);
                aggregates.configure(configured);
            }
            IpPrefix prefix = randomPrefix(random);
            int source = random.nextInt(3);
            PathAttributes what = random.nextInt(3) == 0
                    ? null
                    : route(
                            ORIGINS.get(random.nextInt(3)),
                            "1:" + random.nextInt(4),
                            random.nextBoolean() ? new long[0] : new long[] {5});
            best(prefix, source, what);
            routes.remove(prefix);
            if (what != null) {
                routes.put(prefix, what);
                sources.put(prefix, source);
            }
            if (random.nextInt(4) == 0) {
                aggregates.settle();
                Set<IpPrefix> gone = new HashSet<>(up.keySet());
                gone.removeAll(configured.keySet());
                up.keySet().removeAll(gone); // taking those away is not its work
                assertThat(up).as("seed %d step %d", seed, step).isEqualTo(model(configured, routes, sources));
            }
        }
        for (IpPrefix prefix : List.copyOf(routes.keySet())) {
            best(prefix, 0, null);
        }
        aggregates.configure(Map.of());
        aggregates.settle();
        assertThat(prefixes.size()).isZero();
        assertThat(attributes.size()).isZero();
    }

    private static Map<IpPrefix, SpeakerConfig.Origination> randomAggregates(Random random) {
        Map<IpPrefix, SpeakerConfig.Origination> wanted = new HashMap<>();
        for (int i = 0; i < 1 + random.nextInt(6); i++) {
            wanted.put(
                    randomPrefix(random),
                    aggregate(random.nextBoolean(), random.nextBoolean(), random.nextInt(3) == 0 ? ODD : null));
        }
        return wanted;
    }

    /** Few enough that they lie within each other all the time. */
    private static IpPrefix randomPrefix(Random random) {
        int length = random.nextInt(9) == 0 ? 0 : 8 + random.nextInt(17);
        long high = (0x0A000000L | (long) random.nextInt(1 << 4) << 14) << 32;
        return IpPrefix.of(AddressFamily.IPV4, high & IpPrefix.highMask(length), 0, length);
    }

    private static Map<IpPrefix, PathAttributes> model(
            Map<IpPrefix, SpeakerConfig.Origination> configured,
            Map<IpPrefix, PathAttributes> routes,
            Map<IpPrefix, Integer> sources) {
        Map<IpPrefix, PathAttributes> expected = new TreeMap<>();
        configured.forEach((prefix, origination) -> {
            SpeakerConfig.Aggregate rules = java.util.Objects.requireNonNull(origination.aggregate());
            List<PathAttributes> within = new ArrayList<>();
            routes.forEach((route, what) -> {
                boolean inside = route.length() > prefix.length() && prefix.contains(route.address());
                boolean ownAggregate = sources.get(route) == PathSource.SELF && configured.containsKey(route);
                boolean odd = (route.address().high() >>> 40 & 1) == 1;
                if (inside && !ownAggregate && (rules.contributors() == null || odd)) {
                    within.add(what);
                }
            });
            if (!within.isEmpty()) {
                expected.put(prefix, summary(origination, rules, within));
            }
        });
        return expected;
    }

    private static PathAttributes summary(
            SpeakerConfig.Origination origination, SpeakerConfig.Aggregate rules, List<PathAttributes> within) {
        Origin worst = Origin.IGP;
        Set<Community> communities = new HashSet<>(origination.attributes().communities());
        boolean lost = false;
        for (PathAttributes route : within) {
            worst = route.origin().code() > worst.code() ? route.origin() : worst;
            lost |= !route.asPath().isEmpty();
            if (rules.inheritCommunities()) {
                communities.addAll(route.communities());
            }
        }
        return origination.attributes().toBuilder()
                .origin(worst)
                .atomicAggregate(lost)
                .aggregator(US)
                .communities(List.copyOf(communities))
                .build();
    }
}

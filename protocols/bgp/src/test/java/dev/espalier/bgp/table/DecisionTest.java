package dev.espalier.bgp.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.net.Asn;
import dev.espalier.net.Ipv4Address;
import dev.espalier.route.AsPath;
import dev.espalier.route.Origin;
import dev.espalier.route.PathAttributes;
import dev.espalier.route.RouteSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The decision process, one tie-break after the other. */
class DecisionTest {

    private final Map<Integer, PathSource> sources = new HashMap<>();
    private final Map<Integer, Long> metrics = new HashMap<>();
    private final Decision decision = new Decision(path -> metrics.getOrDefault(path, 0L), sources::get);

    private record Candidate(int path, int pathId, PathSource source, PathAttributes attributes) {}

    private static PathSource ebgp(int index, int asn, String routerId, String address) {
        return new PathSource(
                index,
                RouteSource.EBGP,
                new Asn(asn),
                Ipv4Address.parse(routerId),
                Ipv4Address.parse(address),
                false,
                0);
    }

    private static PathSource ibgp(int index, String routerId, String address) {
        return new PathSource(
                index,
                RouteSource.IBGP,
                new Asn(65000),
                Ipv4Address.parse(routerId),
                Ipv4Address.parse(address),
                false,
                0);
    }

    private static PathAttributes.Builder path(long... asns) {
        List<Asn> path = new ArrayList<>();
        for (long asn : asns) {
            path.add(new Asn(asn));
        }
        return PathAttributes.builder().asPath(AsPath.sequence(path)).nextHop(Ipv4Address.parse("10.0.0.1"));
    }

    private int decide(Candidate... candidates) {
        return decide(List.of(candidates));
    }

    private int decide(List<Candidate> candidates) {
        decision.clear();
        for (Candidate candidate : candidates) {
            sources.put(candidate.source().index(), candidate.source());
            decision.add(candidate.path(), candidate.source().index(), candidate.pathId(), candidate.attributes());
        }
        decision.run();
        return decision.best();
    }

    private static Candidate candidate(int path, PathSource source, PathAttributes.Builder attributes) {
        return new Candidate(path, 0, source, attributes.build());
    }

    private final PathSource a = ebgp(1, 65001, "1.1.1.1", "10.0.0.1");
    private final PathSource b = ebgp(2, 65002, "2.2.2.2", "10.0.0.2");

    @Test
    void noPathMeansNoBest() {
        assertThat(decide()).isEqualTo(-1);
    }

    @Test
    void anUnreachableNextHopTakesNoPartEvenAlone() {
        metrics.put(7, -1L);
        assertThat(decide(candidate(7, a, path(65001)))).isEqualTo(-1);
        assertThat(decision.putAsideBy(7)).isEqualTo(DecisionStep.RESOLVABLE);
    }

    @Test
    void higherLocalPrefWinsAndAbsentCountsAsOneHundred() {
        assertThat(decide(candidate(1, a, path(65001).localPref(99)), candidate(2, b, path(65002, 65003, 65004))))
                .isEqualTo(2);
        assertThat(decision.putAsideBy(1)).isEqualTo(DecisionStep.LOCAL_PREF);
    }

    @Test
    void localPrefIsComparedUnsigned() {
        assertThat(decide(
                        candidate(1, a, path(65001).localPref(-1)),
                        candidate(2, b, path(65002).localPref(200))))
                .isEqualTo(1);
    }

    @Test
    void ourOwnAnnouncementBeatsItsReflection() {
        PathSource self = new PathSource(
                PathSource.SELF,
                RouteSource.LOCAL,
                new Asn(65000),
                Ipv4Address.parse("9.9.9.9"),
                Ipv4Address.UNSPECIFIED,
                false,
                0);
        assertThat(decide(candidate(1, ibgp(3, "1.1.1.1", "10.0.0.9"), path()), candidate(2, self, path())))
                .isEqualTo(2);
        assertThat(decision.putAsideBy(1)).isEqualTo(DecisionStep.LOCAL_ORIGIN);
    }

    @Test
    void shorterAsPathWinsAndASetCountsOne() {
        PathAttributes.Builder withSet = PathAttributes.builder()
                .asPath(AsPath.of(List.of(
                        new AsPath.Segment(AsPath.AS_SEQUENCE, List.of(new Asn(65001))),
                        new AsPath.Segment(AsPath.AS_SET, List.of(new Asn(1), new Asn(2), new Asn(3))))));
        assertThat(decide(candidate(1, a, withSet), candidate(2, b, path(65002, 5, 6))))
                .isEqualTo(1);
        assertThat(decision.putAsideBy(2)).isEqualTo(DecisionStep.AS_PATH_LENGTH);
    }

    @Test
    void lowerOriginWins() {
        assertThat(decide(
                        candidate(1, a, path(65001).origin(Origin.INCOMPLETE)),
                        candidate(2, b, path(65002).origin(Origin.EGP))))
                .isEqualTo(2);
        assertThat(decision.putAsideBy(1)).isEqualTo(DecisionStep.ORIGIN);
    }

    @Test
    void medIsComparedWithinOneNeighbouringAsOnly() {
        PathSource sameAs = ebgp(3, 65001, "0.0.0.3", "10.0.0.3");
        int best = decide(
                candidate(1, a, path(65001, 7).med(10)),
                candidate(2, b, path(65002, 7).med(50)),
                candidate(3, sameAs, path(65001, 7).med(20)));
        assertThat(decision.putAsideBy(3)).isEqualTo(DecisionStep.MED);
        assertThat(best).isEqualTo(1);
        assertThat(decision.putAsideBy(2)).isEqualTo(DecisionStep.ROUTER_ID);
    }

    @Test
    void aMissingMedCountsAsZeroAndMedIsUnsigned() {
        PathSource sameAs = ebgp(3, 65001, "0.0.0.3", "10.0.0.3");
        assertThat(decide(
                        candidate(1, a, path(65001)),
                        candidate(3, sameAs, path(65001).med(1))))
                .isEqualTo(1);
        assertThat(decide(
                        candidate(1, a, path(65001).med(5)),
                        candidate(3, sameAs, path(65001).med(-5))))
                .isEqualTo(1);
    }

    @Test
    void medOfDifferentAsesIsComparedWhenConfigured() {
        decision.alwaysCompareMed(true);
        assertThat(decide(
                        candidate(1, a, path(65001).med(10)),
                        candidate(2, b, path(65002).med(5))))
                .isEqualTo(2);
        assertThat(decision.putAsideBy(1)).isEqualTo(DecisionStep.MED);
    }

    @Test
    void externalBeatsInternal() {
        assertThat(decide(candidate(1, ibgp(4, "0.0.0.1", "10.0.0.4"), path(65001)), candidate(2, b, path(65002))))
                .isEqualTo(2);
        assertThat(decision.putAsideBy(1)).isEqualTo(DecisionStep.EXTERNAL);
    }

    @Test
    void theNearerNextHopWins() {
        metrics.put(1, 20L);
        metrics.put(2, 10L);
        assertThat(decide(candidate(1, a, path(65001)), candidate(2, b, path(65002))))
                .isEqualTo(2);
        assertThat(decision.putAsideBy(1)).isEqualTo(DecisionStep.NEXT_HOP_METRIC);
    }

    @Test
    void theLowerRouterIdWinsUnsignedAndOriginatorIdTakesItsPlace() {
        PathSource high = ebgp(3, 65003, "200.0.0.1", "10.0.0.3");
        assertThat(decide(candidate(1, high, path(65003)), candidate(2, b, path(65002))))
                .isEqualTo(2);
        PathSource reflector = ibgp(5, "1.0.0.1", "10.0.0.5");
        PathSource other = ibgp(6, "5.0.0.1", "10.0.0.6");
        assertThat(decide(
                        candidate(
                                1,
                                reflector,
                                path(7).originatorId(
                                                Ipv4Address.parse("9.0.0.1").value())),
                        candidate(2, other, path(7))))
                .isEqualTo(2);
        assertThat(decision.putAsideBy(1)).isEqualTo(DecisionStep.ROUTER_ID);
    }

    @Test
    void theShorterClusterListWinsAmongEqualOriginators() {
        int originator = Ipv4Address.parse("9.0.0.1").value();
        Ipv4Address cluster = Ipv4Address.parse("8.0.0.1");
        assertThat(decide(
                        candidate(
                                1,
                                ibgp(5, "1.0.0.1", "10.0.0.5"),
                                path(7).originatorId(originator).clusterList(List.of(cluster, cluster))),
                        candidate(
                                2,
                                ibgp(6, "5.0.0.1", "10.0.0.6"),
                                path(7).originatorId(originator).clusterList(List.of(cluster)))))
                .isEqualTo(2);
        assertThat(decision.putAsideBy(1)).isEqualTo(DecisionStep.CLUSTER_LIST_LENGTH);
    }

    @Test
    void parallelSessionsWithOneRouterAreDecidedByAddress() {
        PathSource first = ebgp(1, 65001, "1.1.1.1", "10.0.0.9");
        PathSource second = ebgp(2, 65001, "1.1.1.1", "10.0.0.10");
        assertThat(decide(candidate(1, second, path(65001)), candidate(2, first, path(65001))))
                .isEqualTo(2);
        assertThat(decision.putAsideBy(1)).isEqualTo(DecisionStep.PEER_ADDRESS);
    }

    @Test
    void severalPathsOfOnePeerAreDecidedByPathIdentifier() {
        assertThat(decide(
                        new Candidate(1, 9, a, path(65001).build()),
                        new Candidate(2, 3, a, path(65001).build())))
                .isEqualTo(2);
        assertThat(decision.putAsideBy(1)).isEqualTo(DecisionStep.PATH_ID);
    }

    @Test
    void pathsEqualUpToTheMetricShareWithinOneNeighbouringAs() {
        PathSource sameAs = ebgp(3, 65001, "3.3.3.3", "10.0.0.3");
        List<Candidate> candidates = List.of(
                candidate(10, a, path(65001, 5)),
                candidate(20, b, path(65002, 5)),
                candidate(30, sameAs, path(65001, 6)));
        decide(candidates);
        int[] paths = new int[8];
        assertThat(List.of(decision.multipath(paths, false), paths[0], paths[1]))
                .containsExactly(2, 10, 30);
        assertThat(decision.multipath(paths, true)).isEqualTo(3);
        assertThat(decision.multipath(new int[1], true)).isEqualTo(1);
    }

    @Test
    void aPathWorseBeforeTheMetricNeverShares() {
        decide(candidate(1, a, path(65001)), candidate(2, b, path(65002, 9)));
        assertThat(decision.multipath(new int[4], true)).isEqualTo(1);
    }

    /** RFC 4271's well-known trap: with MED compared pairwise, the outcome would depend on the order of arrival. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void theBestPathDoesNotDependOnTheOrderOfArrival(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 2000; round++) {
            List<Candidate> candidates = randomCandidates(random);
            int best = decide(candidates);
            for (int shuffle = 0; shuffle < 5; shuffle++) {
                Collections.shuffle(candidates, random);
                assertThat(decide(candidates))
                        .as("seed %d round %d: %s", seed, round, candidates)
                        .isEqualTo(best);
            }
        }
    }

    private List<Candidate> randomCandidates(Random random) {
        metrics.clear();
        List<Candidate> candidates = new ArrayList<>();
        int count = 1 + random.nextInt(6);
        for (int i = 0; i < count; i++) {
            int asn = 65001 + random.nextInt(3);
            PathSource source = random.nextInt(4) == 0
                    ? ibgp(i + 1, "0.0.0." + random.nextInt(3), "10.0.0." + i)
                    : ebgp(i + 1, asn, "0.0.0." + random.nextInt(3), "10.0.0." + i);
            PathAttributes.Builder attributes = path(asn, 7).origin(Origin.ofCode(random.nextInt(2)));
            if (random.nextBoolean()) {
                attributes.med(random.nextInt(3));
            }
            metrics.put(i, (long) random.nextInt(3) - (random.nextInt(8) == 0 ? 3 : 0));
            candidates.add(candidate(i, source, attributes));
        }
        return candidates;
    }
}

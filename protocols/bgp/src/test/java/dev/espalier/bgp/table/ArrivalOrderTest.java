package dev.espalier.bgp.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.wire.Family;
import dev.espalier.net.AddressFamily;
import dev.espalier.net.Asn;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.Ipv4Address;
import dev.espalier.net.PrefixTable;
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

/** Table and decision together: the best path follows from the paths that are there, not from how they came to be there. */
class ArrivalOrderTest {

    private static final long SEED = Long.getLong("espalier.seed", 1);
    private static final int SETS = 3000;
    private static final IpPrefix PREFIX = IpPrefix.parse("192.0.2.0/24");

    private record Route(int source, PathAttributes attributes) {}

    @Test
    void neitherTheOrderNorWhatCameAndWentMeanwhileMatters() {
        for (long seed = SEED; seed < SEED + SETS; seed++) {
            Random random = new Random(seed);
            List<Route> routes = new ArrayList<>();
            for (int source = 1; source <= 1 + random.nextInt(7); source++) {
                routes.add(new Route(source, attributes(random)));
            }
            String best = bestAfter(routes, random, false);
            for (int history = 0; history < 3; history++) {
                Collections.shuffle(routes, random);
                assertThat(bestAfter(routes, random, true))
                        .as("-Despalier.seed=%d: %s", seed, routes)
                        .isEqualTo(best);
            }
        }
    }

    /** Whose path is best once all have arrived; on the way others may have been there, of the same sources and of others. */
    private static String bestAfter(List<Route> routes, Random random, boolean eventful) {
        PrefixTable prefixes = new PrefixTable(AddressFamily.IPV4);
        AttributeTable attributes = new AttributeTable(set -> {});
        Rib rib = new Rib(Family.IPV4_UNICAST, prefixes, attributes);
        for (Route route : routes) {
            if (eventful && random.nextBoolean()) {
                put(rib, attributes, 1 + random.nextInt(12), attributes(random));
            }
            put(rib, attributes, route.source, route.attributes);
        }
        int id = prefixes.find(PREFIX);
        for (int source = 1; source <= 12; source++) {
            int wanted = source;
            int path = rib.find(id, source, 0);
            Route last = routes.stream()
                    .filter(route -> route.source == wanted)
                    .findFirst()
                    .orElse(null);
            if (path != Rib.NONE && last == null) {
                rib.remove(path);
            } else if (last != null) {
                put(rib, attributes, source, last.attributes);
            }
        }
        return best(rib, attributes, id);
    }

    private static void put(Rib rib, AttributeTable attributes, int source, PathAttributes of) {
        int id = rib.prefixes().retain(PREFIX);
        int path = rib.find(id, source, 0);
        int received = attributes.intern(of);
        int accepted = attributes.intern(of);
        if (path == Rib.NONE) {
            rib.add(id, source, 0, received, accepted);
        } else {
            rib.replace(path, received, accepted);
            rib.prefixes().release(id);
        }
    }

    private static String best(Rib rib, AttributeTable attributes, int id) {
        Map<Integer, PathSource> sources = new HashMap<>();
        for (int source = 1; source <= 12; source++) {
            sources.put(
                    source,
                    new PathSource(
                            source,
                            source % 3 == 0 ? RouteSource.IBGP : RouteSource.EBGP,
                            new Asn(65000 + source % 3),
                            Ipv4Address.parse("1.1.1." + source / 3),
                            Ipv4Address.parse("10.0.0." + (20 - source)),
                            false,
                            0));
        }
        Decision decision = new Decision(path -> (long) rib.source(path) % 4, sources::get);
        for (int path = rib.first(id); path != Rib.NONE; path = rib.next(path)) {
            decision.add(path, rib.source(path), rib.pathId(path), attributes.get(rib.accepted(path)));
        }
        decision.run();
        return rib.source(decision.best()) + " " + decision.bestAttributes();
    }

    private static PathAttributes attributes(Random random) {
        List<Asn> path = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            path.add(new Asn(65001 + random.nextInt(3)));
        }
        PathAttributes.Builder attributes = PathAttributes.builder()
                .asPath(AsPath.sequence(path))
                .origin(Origin.ofCode(random.nextInt(2)))
                .nextHop(Ipv4Address.parse("10.0.0.1"));
        if (random.nextBoolean()) {
            attributes.med(random.nextInt(3));
        }
        if (random.nextInt(4) == 0) {
            attributes.localPref(99 + random.nextInt(3));
        }
        return attributes.build();
    }
}

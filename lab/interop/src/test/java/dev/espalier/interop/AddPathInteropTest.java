package dev.espalier.interop;

import static dev.espalier.interop.Eventually.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Several paths for a prefix with other daemons: from BIRD, on to each of them, and back from each of them. */
@Tag("netns")
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AddPathInteropTest {

    private static final int SOON = 20;
    private static final String FORWARD = "10.2.0.0/24";
    private static final String BACK = "10.3.0.0/24";

    private static String objects(String towardsThird) {
        return """
                apiVersion: espalier.dev/v1alpha1
                kind: Router
                metadata: {name: main}
                spec: {asn: 65001, routerId: 10.9.0.1, timers: {connectRetry: 1}}
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: BgpPeer
                metadata: {name: source}
                spec:
                  address: 10.9.0.2
                  asn: 65002
                  importPolicy: [accept-all]
                  exportPolicy: [accept-all]
                  addPaths: {receive: true}
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: BgpPeer
                metadata: {name: third}
                spec:
                  address: 10.9.1.2
                  asn: 65003
                  importPolicy: [accept-all]
                  exportPolicy: [narrow]
                  addPaths: {receive: true, %s}
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: RoutePolicy
                metadata: {name: narrow}
                spec:
                  statements:
                    - actions:
                        setLinkBandwidth: {bitsPerSecond: 2.5G, transitive: true}
                        policyResult: accept
                """.formatted(towardsThird);
    }

    /** The communities of the paths we have from a neighbour, sorted; they must all have come under identifiers of their own. */
    private static List<String> communities(Espalier us, String prefix, String from) {
        List<String> communities = new ArrayList<>();
        TreeSet<Long> ids = new TreeSet<>();
        for (JsonNode path : us.route(prefix).path("paths")) {
            if (path.path("from").asText().equals(from)) {
                communities.add(
                        path.path("attributes").path("communities").path(0).asText());
                assertThat(ids.add(path.path("pathId").asLong())).isTrue();
            }
        }
        communities.sort(null);
        return communities;
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(ThirdDaemon.Kind.class)
    void severalPathsComeGoOnAndComeBack(ThirdDaemon.Kind kind) {
        assumeTrue(kind.isInstalled() && ThirdDaemon.Kind.BIRD.isInstalled(), kind + " or BIRD is not installed");
        try (Triangle triangle = Triangle.create("addpath");
                SourceBird source = new SourceBird(triangle);
                ThirdDaemon third = kind.start(triangle);
                Espalier us = new Espalier(triangle.rig())) {
            us.start(objects("send: all"));
            within(SOON, () -> {
                assertThat(communities(us, FORWARD, Rig.THEIRS)).containsExactly("65002:1", "65002:2", "65002:3");
                assertThat(third.communities(FORWARD)).containsExactly("65002:1", "65002:2", "65002:3");
                assertThat(communities(us, BACK, Triangle.THIRD)).containsExactly("65002:1", "65002:2", "65002:3");
            });
            source.announced(2, false);
            within(SOON, () -> {
                assertThat(communities(us, FORWARD, Rig.THEIRS)).containsExactly("65002:1", "65002:3");
                assertThat(third.communities(FORWARD)).containsExactly("65002:1", "65002:3");
                assertThat(communities(us, BACK, Triangle.THIRD)).containsExactly("65002:1", "65002:3");
            });
            source.announced(2, true);
            within(SOON, () -> assertThat(third.communities(FORWARD)).hasSize(3));
            bestTwo(us, third);
        }
    }

    private static void bestTwo(Espalier us, ThirdDaemon third) {
        us.reload(objects("send: best, sendMax: 2"));
        within(SOON, () -> assertThat(third.communities(FORWARD)).hasSize(2).isEqualTo(explained(us)));
        assertThat(us.get("/api/v1/explain?prefix=10.2.0.0%2F24").toString()).contains("not among the best 2");
    }

    /** The communities of what the third corner was told, as our own explanation has it. */
    private static List<String> explained(Espalier us) {
        List<String> communities = new ArrayList<>();
        for (JsonNode told : us.get("/api/v1/explain?prefix=10.2.0.0%2F24").path("told")) {
            if (told.path("peer").asText().equals("third")
                    && told.path("announced").asBoolean()) {
                communities.add(
                        told.path("attributes").path("communities").path(0).asText());
                assertThat(told.path("pathId").asLong()).isPositive();
            }
        }
        communities.sort(null);
        return communities;
    }

    @Test
    void bandwidthsThatBirdSendsBecomeWeightsInTheKernelAndOneThatWeSetReachesFrr() {
        assumeTrue(
                ThirdDaemon.Kind.BIRD.isInstalled() && ThirdDaemon.Kind.FRR.isInstalled(),
                "BIRD or FRR is not installed");
        try (Triangle triangle = Triangle.create("bandwidth");
                SourceBird _ = new SourceBird(triangle);
                ThirdDaemon.ThirdFrr frr = new ThirdDaemon.ThirdFrr(triangle);
                Espalier us = new Espalier(triangle.rig())) {
            us.start(objects("send: all"));
            within(SOON, () -> assertThat(weights(triangle, "10.4.0.0/24"))
                    .containsExactly("10.9.0.11 weight 1", "10.9.0.12 weight 4"));
            within(SOON, () -> assertThat(frr.extendedCommunities(FORWARD)).contains("LB:65001:312500000"));
            us.reload(objects("send: all").replace("asn: 65001,", "asn: 65001, linkBandwidth: ignore,"));
            within(SOON, () -> assertThat(weights(triangle, "10.4.0.0/24"))
                    .containsExactly("10.9.0.11 weight 1", "10.9.0.12 weight 1"));
        }
    }

    private static List<String> weights(Triangle triangle, String prefix) {
        return triangle.rig()
                .ours()
                .ip("route show " + prefix + " proto 179")
                .lines()
                .filter(line -> line.contains("nexthop via"))
                .map(line -> line.strip().replaceAll("nexthop via (\\S+) .*(weight \\d+).*", "$1 $2"))
                .sorted()
                .toList();
    }
}

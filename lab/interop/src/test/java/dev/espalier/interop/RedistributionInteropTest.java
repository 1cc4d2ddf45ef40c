package dev.espalier.interop;

import static dev.espalier.interop.Eventually.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.lab.Command;
import dev.espalier.lab.Frr;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Addresses and static routes of a real kernel come and go, and a real daemon sees them come and go. */
@Tag("netns")
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RedistributionInteropTest {

    private static final String POLICY = """
            ---
            apiVersion: espalier.dev/v1alpha1
            kind: PrefixSet
            metadata: {name: ours}
            spec:
              prefixes:
                - {prefix: 198.18.0.0/15, masklengthRange: 15..32}
                - {prefix: "2001:db8:77::/48", masklengthRange: 48..128}
            ---
            apiVersion: espalier.dev/v1alpha1
            kind: RoutePolicy
            metadata: {name: host-routes}
            spec:
              statements:
                - name: statics
                  conditions: {matchPrefixSet: ours, installProtocolEq: static}
                  actions: {setMed: "+100", setCommunity: {communities: ["65001:4"]}, policyResult: accept}
                - name: networks
                  conditions: {matchPrefixSet: ours}
                  actions: {policyResult: accept}
            """;
    private static final String BOTH =
            "[{from: connected, policy: [host-routes]}, {from: static, policy: [host-routes], defaultRoute: true}, "
                    + "{from: kernel, policy: [reject-all]}]";

    private static void isTold(PeerDaemon peer, String prefix, Long med) {
        within(10, () -> assertThat(peer.route(prefix)).as(prefix).hasValueSatisfying(route -> assertThat(route.med())
                .isEqualTo(med)));
    }

    private static void isNotTold(PeerDaemon peer, String prefix) {
        within(10, () -> assertThat(peer.route(prefix)).as(prefix).isEmpty());
    }

    private static void run(String purpose, Function<Rig, PeerDaemon> daemon) {
        try (Rig rig = Rig.create(purpose);
                PeerDaemon peer = daemon.apply(rig);
                Espalier us = new Espalier(rig)) {
            PeerSetup setup = PeerSetup.external().withBothFamilies();
            peer.start(setup);
            rig.ours().ip("route add 198.18.1.0/24 via " + Rig.THEIRS + " metric 9");
            rig.ours().ip("route add default via " + Rig.THEIRS);
            us.start(OurSide.of(setup).router("redistribute", BOTH).objects() + POLICY);
            within(20, () -> assertThat(us.state(Rig.THEIRS)).isEqualTo("Established"));
            isTold(peer, "198.18.1.0/24", 109L);
            int session = us.sessionNumber(Rig.THEIRS);
            SeenRoute seen = peer.route("198.18.1.0/24").orElseThrow();
            assertThat(seen.origin()).isEqualTo("incomplete");
            assertThat(seen.nextHop()).isEqualTo(Rig.OURS);
            assertThat(seen.communities()).containsExactly("65001:4");

            followsTheKernel(rig, peer);
            explains(us);

            us.reload(OurSide.of(setup)
                            .router("redistribute", "[{from: static, policy: [host-routes]}]")
                            .objects()
                    + POLICY);
            isNotTold(peer, "198.18.3.1/32");
            isTold(peer, "198.18.1.0/24", 109L);
            assertThat(us.sessionNumber(Rig.THEIRS)).isEqualTo(session);
        }
    }

    private static void followsTheKernel(Rig rig, PeerDaemon peer) {
        rig.ours().ip("addr add 198.18.2.1/24 dev eth0");
        isTold(peer, "198.18.2.0/24", 0L);
        rig.ours().ip("addr del 198.18.2.1/24 dev eth0");
        isNotTold(peer, "198.18.2.0/24");

        rig.ours().ip("link set lo up");
        rig.ours().ip("addr add 198.18.3.1/32 dev lo");
        isTold(peer, "198.18.3.1/32", 0L);

        rig.ours().ip("route add 198.18.4.0/24 via " + Rig.THEIRS + " proto static");
        isTold(peer, "198.18.4.0/24", 100L);
        rig.ours().ip("route replace 198.18.4.0/24 via " + Rig.THEIRS + " proto 199");
        isNotTold(peer, "198.18.4.0/24");

        rig.ours().ip("-6 route add 2001:db8:77::/64 via " + Rig.THEIRS_6);
        isTold(peer, "2001:db8:77::/64", 1124L);
        rig.ours().ip("-6 route del 2001:db8:77::/64");
        isNotTold(peer, "2001:db8:77::/64");
    }

    private static void explains(Espalier us) {
        within(20, () -> assertThat(us.best("10.2.0.0/24").isObject()).isTrue());
        assertThat(us.get("/api/v1/explain?prefix=10.2.0.0%2F24")
                        .path("redistribution")
                        .isNull())
                .as("what BGP has put into the kernel is not even a candidate")
                .isTrue();
        assertThat(us.get("/api/v1/explain?prefix=198.18.1.0%2F24")
                        .path("redistribution")
                        .asText())
                .isEqualTo("redistributed by policy 'host-routes' statement 'statics'");
        assertThat(us.get("/api/v1/explain?prefix=198.18.4.0%2F24")
                        .path("redistribution")
                        .asText())
                .as("another daemon's route")
                .isEqualTo("not redistributed: the policy rejected it (policy 'reject-all' default action)");
        assertThat(us.get("/api/v1/explain?prefix=0.0.0.0%2F0")
                        .path("redistribution")
                        .asText())
                .as("a default route passes where that is said, but this policy rejects it")
                .contains("the policy rejected it");
    }

    @Test
    void birdSeesAddressesAndStaticRoutesComeAndGo() {
        assumeTrue(Command.isInstalled("bird"), "BIRD is not installed");
        run("redistbird", Bird::new);
    }

    @Test
    void frrSeesAddressesAndStaticRoutesComeAndGo() {
        assumeTrue(Frr.isInstalled(), "FRR is not installed");
        run("redistfrr", FrrPeer::new);
    }
}

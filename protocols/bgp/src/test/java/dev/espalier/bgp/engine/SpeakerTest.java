package dev.espalier.bgp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.route.NextHop;
import dev.espalier.route.PathAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole speakers talking to each other in a simulated network with a virtual clock. */
class SpeakerTest {

    private static final Duration SOON = Duration.ofSeconds(30);

    private final Network net = new Network(7);

    private Network.Router a;
    private Network.Router b;

    private void pair(long asnA, long asnB) {
        a = net.router("10.0.0.1", asnA).with(Network.peer("10.0.0.2")).announcing("192.0.2.0/24", 5);
        b = net.router("10.0.0.2", asnB).with(Network.peer("10.0.0.1"));
        a.start();
        b.start();
        assertThat(net.until(SOON, () -> a.established() == 1 && b.established() == 1))
                .isTrue();
        net.time.run(Duration.ofSeconds(1));
    }

    private static PathAttributes learnt(Network.Router router, String prefix) {
        return router.routes().get(IpPrefix.parse(prefix)).paths().getFirst().received();
    }

    @Test
    void anExternalPeerLearnsOurPrefixWithOurAsAndOurAddress() {
        pair(65001, 65002);
        PathAttributes route = learnt(b, "192.0.2.0/24");
        assertThat(route.asPath().toString()).isEqualTo("65001");
        assertThat(route.nextHop()).isEqualTo(IpAddress.parse("10.0.0.1"));
        assertThat(route.hasLocalPref()).isFalse();
        assertThat(route.med()).isEqualTo(5);
        assertThat(b.kernel.forwarding())
                .containsOnly(Map.entry(
                        IpPrefix.parse("192.0.2.0/24"),
                        List.of(new NextHop.Hop(IpAddress.parse("10.0.0.1"), Network.LINK, 1, false))));
    }

    @Test
    void anInternalPeerLearnsItWithLocalPrefAndAnEmptyPath() {
        pair(65001, 65001);
        PathAttributes route = learnt(b, "192.0.2.0/24");
        assertThat(route.asPath().isEmpty()).isTrue();
        assertThat(route.localPref()).isEqualTo(100);
    }

    @Test
    void aWithdrawalReachesThePeerAndItsKernel() {
        pair(65001, 65002);
        a.originated.clear();
        a.reconfigure();
        net.time.run(Duration.ofSeconds(1));
        assertThat(b.routes()).isEmpty();
        assertThat(b.kernel.forwarding()).isEmpty();
    }

    @Test
    void aPeerWithoutPolicyAcceptsNothingAndSaysWhy() {
        a = net.router("10.0.0.1", 65001).with(Network.peer("10.0.0.2")).announcing("192.0.2.0/24", 5);
        PeerConfig closed = Network.peer("10.0.0.1").toBuilder()
                .importPolicy(null)
                .exportPolicy(null)
                .build();
        b = net.router("10.0.0.2", 65002).with(closed).announcing("198.51.100.0/24", 1);
        a.start();
        b.start();
        net.time.run(SOON);
        PrefixSnapshot.Path path =
                b.routes().get(IpPrefix.parse("192.0.2.0/24")).paths().getFirst();
        assertThat(path.role()).isEqualTo(PrefixSnapshot.Role.REFUSED);
        assertThat(path.because()).contains("RFC 8212").contains("spec.importPolicy");
        assertThat(b.kernel.forwarding()).isEmpty();
        assertThat(a.routes()).doesNotContainKey(IpPrefix.parse("198.51.100.0/24"));
        PrefixSnapshot.Told told =
                b.routes().get(IpPrefix.parse("198.51.100.0/24")).told().getFirst();
        assertThat(told.attributes()).isNull();
        assertThat(told.because()).contains("spec.exportPolicy");
    }

    @Test
    void changingOnlyAPolicyDoesNotTouchTheSessionAndWithdrawsWhatIsNowRefused() {
        pair(65001, 65002);
        PeerConfig open = Network.peer("10.0.0.2");
        a.peers.put(
                open.name(),
                open.toBuilder()
                        .exportPolicy(dev.espalier.policy.Policies.rejectAll())
                        .build());
        a.reconfigure();
        net.time.run(Duration.ofSeconds(1));
        assertThat(b.routes()).isEmpty();
        int established = a.onLoop(s -> s.view().peers().getFirst().session().establishedCount());
        assertThat(established).isEqualTo(1);
    }

    @Test
    void aRouteThatHasBeenThroughHereIsRefusedAsALoop() {
        Network.Router middle = net.router("10.0.0.2", 65002).with(Network.peer("10.0.0.1"), Network.peer("10.0.0.3"));
        a = net.router("10.0.0.1", 65001).with(Network.peer("10.0.0.2")).announcing("192.0.2.0/24", 5);
        Network.Router sameAs = net.router("10.0.0.3", 65001).with(Network.peer("10.0.0.2"));
        a.start();
        middle.start();
        sameAs.start();
        net.time.run(SOON);
        assertThat(sameAs.routes()
                        .get(IpPrefix.parse("192.0.2.0/24"))
                        .paths()
                        .getFirst()
                        .because())
                .contains("our own AS is in its AS path");
    }

    @Test
    void internalRoutesAreNotPassedOnToInternalPeersWithoutReflection() {
        Network.Router middle = net.router("10.0.0.2", 65001).with(Network.peer("10.0.0.1"), Network.peer("10.0.0.3"));
        a = net.router("10.0.0.1", 65001).with(Network.peer("10.0.0.2")).announcing("192.0.2.0/24", 5);
        Network.Router other = net.router("10.0.0.3", 65001).with(Network.peer("10.0.0.2"));
        a.start();
        middle.start();
        other.start();
        net.time.run(SOON);
        assertThat(other.routes()).isEmpty();
        assertThat(middle.routes().get(IpPrefix.parse("192.0.2.0/24")).told())
                .anySatisfy(told -> assertThat(told.because()).contains("neither is a route reflection client"));
    }

    @Test
    void aReflectorPassesClientsRoutesOnWithOriginatorAndCluster() {
        Network.Router reflector = net.router("10.0.0.2", 65001)
                .with(Network.peer("10.0.0.1", 120, true), Network.peer("10.0.0.3", 120, true));
        a = net.router("10.0.0.1", 65001).with(Network.peer("10.0.0.2")).announcing("192.0.2.0/24", 5);
        Network.Router other = net.router("10.0.0.3", 65001).with(Network.peer("10.0.0.2"));
        a.start();
        reflector.start();
        other.start();
        net.time.run(SOON);
        PathAttributes route = learnt(other, "192.0.2.0/24");
        assertThat(route.originatorId()).isEqualTo(a.address.value());
        assertThat(route.clusterList()).containsExactly(reflector.address);
        assertThat(route.nextHop()).isEqualTo(a.address);
        assertThat(a.routes().get(IpPrefix.parse("192.0.2.0/24")).paths()).hasSize(1);
    }

    @Test
    void becomingAClientIsToldWithoutTouchingTheSession() {
        Network.Router reflector =
                net.router("10.0.0.2", 65001).with(Network.peer("10.0.0.1"), Network.peer("10.0.0.3"));
        a = net.router("10.0.0.1", 65001).with(Network.peer("10.0.0.2")).announcing("192.0.2.0/24", 5);
        Network.Router other = net.router("10.0.0.3", 65001).with(Network.peer("10.0.0.2"));
        a.start();
        reflector.start();
        other.start();
        net.time.run(SOON);
        assertThat(other.routes()).isEmpty();
        reflector.with(Network.peer("10.0.0.1", 120, true)).reconfigure();
        net.time.run(Duration.ofSeconds(1));
        assertThat(learnt(other, "192.0.2.0/24").clusterList()).containsExactly(reflector.address);
        reflector.with(Network.peer("10.0.0.1", 120, false)).reconfigure();
        net.time.run(Duration.ofSeconds(1));
        assertThat(other.routes()).isEmpty();
        int established =
                reflector.onLoop(s -> s.view().peers().getFirst().session().establishedCount());
        assertThat(established).isEqualTo(1);
    }

    @Test
    void aRestartingNeighboursRoutesStayInTheKernelUntilItIsBackAndOnlyDifferencesAreProgrammed() {
        pair(65001, 65002);
        a.announcing("198.51.100.0/24", 1);
        a.reconfigure();
        net.time.run(Duration.ofSeconds(1));
        int before = b.kernel.routeChanges();
        a.kill();
        net.time.run(Duration.ofSeconds(10));
        assertThat(b.kernel.forwarding()).hasSize(2);
        a.originated.remove(IpPrefix.parse("198.51.100.0/24"));
        a.announcing("203.0.113.0/24", 1);
        a.start();
        net.time.run(SOON);
        assertThat(b.kernel.forwarding().keySet())
                .containsExactly(IpPrefix.parse("192.0.2.0/24"), IpPrefix.parse("203.0.113.0/24"));
        assertThat(b.kernel.routeChanges() - before).isEqualTo(2);
    }

    @Test
    void aRestartingNeighbourThatStaysAwayLosesItsRoutesWhenItsTimeIsOver() {
        pair(65001, 65002);
        a.kill();
        net.time.run(Duration.ofSeconds(119));
        assertThat(b.kernel.forwarding()).hasSize(1);
        net.time.run(Duration.ofSeconds(30));
        assertThat(b.kernel.forwarding()).isEmpty();
        assertThat(b.events).anyMatch(event -> event.kind().equals("bgp.restart.expired"));
    }

    @Test
    void withoutGracefulRestartTheRoutesGoWithTheSession() {
        a = net.router("10.0.0.1", 65001)
                .with(Network.peer("10.0.0.2", 0, false))
                .announcing("192.0.2.0/24", 5);
        b = net.router("10.0.0.2", 65002).with(Network.peer("10.0.0.1", 0, false));
        a.start();
        b.start();
        net.time.run(SOON);
        assertThat(b.kernel.forwarding()).hasSize(1);
        a.kill();
        net.time.run(Duration.ofSeconds(1));
        assertThat(b.kernel.forwarding()).isEmpty();
    }

    @Test
    void ourOwnRestartKeepsTheKernelAndTouchesOnlyWhatChangedMeanwhile() {
        pair(65001, 65002);
        int before = b.kernel.routeChanges();
        b.kill();
        a.announcing("198.51.100.0/24", 1);
        a.reconfigure();
        net.time.run(Duration.ofSeconds(1));
        b.start();
        assertThat(b.kernel.forwarding()).hasSize(1);
        net.time.run(SOON);
        assertThat(b.kernel.forwarding()).hasSize(2);
        assertThat(b.kernel.routeChanges() - before).isEqualTo(1);
        assertThat(b.events).anyMatch(event -> event.kind().equals("bgp.restart.end"));
    }

    @Test
    void withoutInstallationNeighborsAreToldTheSameAndTheKernelNothing() {
        a = net.router("10.0.0.1", 65001).with(Network.peer("10.0.0.2")).announcing("192.0.2.0/24", 5);
        b = net.router("10.0.0.2", 65002).with(Network.peer("10.0.0.1"), Network.peer("10.0.0.3"));
        b.options = config -> config.installRoutes(false);
        Network.Router c = net.router("10.0.0.3", 65003).with(Network.peer("10.0.0.2"));
        a.start();
        b.start();
        c.start();
        net.time.run(SOON);
        assertThat(b.kernel.routeChanges()).isZero();
        assertThat(c.kernel.forwarding()).containsOnlyKeys(IpPrefix.parse("192.0.2.0/24"));

        b.options = config -> config.installRoutes(true);
        b.reconfigure();
        net.time.run(SOON);
        assertThat(b.kernel.forwarding()).containsOnlyKeys(IpPrefix.parse("192.0.2.0/24"));
        b.options = config -> config.installRoutes(false);
        b.reconfigure();
        net.time.run(SOON);
        assertThat(b.kernel.forwarding()).isEmpty();
        assertThat(c.kernel.routeChanges()).as("no neighbour noticed").isEqualTo(1);
    }

    @Test
    void aReflectorWithoutRoutesInTheKernelWaitsForItsNeighborsAfterARestartToo() {
        a = net.router("10.0.0.1", 65001).with(Network.peer("10.0.0.2")).announcing("192.0.2.0/24", 5);
        b = net.router("10.0.0.2", 65002).with(Network.peer("10.0.0.1"), Network.peer("10.0.0.3"));
        b.options = config -> config.installRoutes(false);
        Network.Router c = net.router("10.0.0.3", 65003).with(Network.peer("10.0.0.2"));
        a.start();
        b.start();
        c.start();
        net.time.run(SOON);
        assertThat(b.events).noneMatch(event -> event.kind().startsWith("bgp.restart"));
        int before = c.kernel.routeChanges();

        b.kill();
        net.time.run(Duration.ofSeconds(1));
        b.start();
        net.time.run(SOON);

        assertThat(b.events)
                .anyMatch(event -> event.kind().equals("bgp.restart.begin")
                        && event.message().startsWith("neighbours may have kept"));
        assertThat(b.events).anyMatch(event -> event.kind().equals("bgp.restart.end"));
        assertThat(c.kernel.routeChanges()).as("the route stayed").isEqualTo(before);
    }

    @Test
    void aFirstStartHoldsNothingBack() {
        pair(65001, 65002);
        assertThat(b.events).noneMatch(event -> event.kind().startsWith("bgp.restart"));
    }

    @Test
    void equalPathsShareTheTrafficWhenAskedFor() {
        a = net.router("10.0.0.1", 65001).with(Network.peer("10.0.0.3")).announcing("192.0.2.0/24", 5);
        b = net.router("10.0.0.2", 65001).with(Network.peer("10.0.0.3")).announcing("192.0.2.0/24", 5);
        Network.Router c = net.router("10.0.0.3", 65003).with(Network.peer("10.0.0.1"), Network.peer("10.0.0.2"));
        c.maximumPaths = 4;
        a.start();
        b.start();
        c.start();
        net.time.run(SOON);
        assertThat(c.kernel.forwarding().get(IpPrefix.parse("192.0.2.0/24"))).hasSize(2);
        a.kill();
        net.time.run(Duration.ofSeconds(200));
        assertThat(c.kernel.forwarding().get(IpPrefix.parse("192.0.2.0/24"))).hasSize(1);
    }

    /**
     * A reflector with clients that announce, withdraw, flap and stall at random: in the end every client has been told exactly
     * what the rules say, whatever groups it went through, and nothing else.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void whateverHappensEveryClientIsToldWhatTheRulesSay(long seed) {
        Network chaos = new Network(seed);
        Random random = new Random(seed);
        Network.Router reflector = chaos.router("10.0.0.100", 65000);
        List<Network.Router> clients = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            int graceful = random.nextBoolean() ? 120 : 0;
            reflector.with(Network.peer("10.0.0." + i, graceful, true));
            clients.add(chaos.router("10.0.0." + i, random.nextInt(3) == 0 ? 65000 + i : 65000)
                    .with(Network.peer("10.0.0.100", graceful, false)));
        }
        reflector.start();
        clients.forEach(Network.Router::start);
        for (int step = 0; step < 120; step++) {
            disturb(chaos, random, reflector, clients);
            chaos.time.run(Duration.ofMillis(random.nextInt(400)));
        }
        for (Network.Router client : clients) {
            if (client.speaker == null) {
                client.start();
            }
        }
        chaos.time.run(Duration.ofSeconds(400));
        for (Network.Router client : clients) {
            assertTold(seed, reflector, client);
        }
    }

    private static void disturb(Network chaos, Random random, Network.Router reflector, List<Network.Router> clients) {
        Network.Router client = clients.get(random.nextInt(clients.size()));
        switch (random.nextInt(10)) {
            case 0 -> {
                if (client.speaker == null) {
                    client.start();
                } else {
                    client.kill();
                }
            }
            case 1 -> chaos.network.reset(client.transport, reflector.transport);
            case 2 -> client.transport.stall(Duration.ofMillis(random.nextInt(2000)));
            default -> {
                IpPrefix prefix = IpPrefix.parse("172.16." + random.nextInt(30) + ".0/24");
                if (client.originated.remove(prefix) == null || random.nextBoolean()) {
                    client.originated.put(prefix, Network.announcement(random.nextInt(3)));
                }
                if (client.speaker != null) {
                    client.reconfigure();
                }
            }
        }
    }

    private static void assertTold(long seed, Network.Router reflector, Network.Router client) {
        TreeSet<String> told = new TreeSet<>();
        reflector.routes().forEach((prefix, snapshot) -> snapshot.told().forEach(one -> {
            assertThat(one.because().startsWith("announced"))
                    .as("seed %d: what %s was told of %s follows the rules: %s", seed, one.peer(), prefix, one)
                    .isEqualTo(one.attributes() != null);
            if (one.address().equals(client.address) && one.attributes() != null) {
                told.add(prefix + " " + one.attributes());
            }
        }));
        TreeSet<String> heard = new TreeSet<>();
        client.routes().forEach((prefix, snapshot) -> snapshot.paths().stream()
                .filter(path -> path.peer() != null)
                .forEach(path -> heard.add(prefix + " " + path.received())));
        assertThat(heard).as("seed %d: client %s", seed, client.address).isEqualTo(told);
        assertThat(client.established())
                .as("seed %d: client %s", seed, client.address)
                .isEqualTo(1);
    }
}

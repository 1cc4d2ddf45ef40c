package dev.espalier.interop;

import static dev.espalier.interop.Eventually.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.lab.Command;
import dev.espalier.lab.Frr;
import dev.espalier.lab.Frr.Daemon;
import dev.espalier.lab.Namespace;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A route reflector with FRR, BIRD and Espalier as clients is upgraded as {@code docs/upgrading.md} says. It forwards nothing
 * itself: the clients send each other packets by the routes that it told them, and none is lost.
 */
@Tag("netns")
@Timeout(value = 90, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ReflectorUpgradeTest {

    private static final int FRR = 1;
    private static final int BIRD = 2;
    private static final int ESPALIER = 3;
    private static final List<Integer> CLIENTS = List.of(FRR, BIRD, ESPALIER);
    private static final int REFLECTOR = 9;

    private static final String OURS = """
            apiVersion: espalier.dev/v1alpha1
            kind: Router
            metadata: {name: main}
            spec:
              asn: 65001
              routerId: %s
              timers: {connectRetry: 1}
              gracefulRestart: {restartTime: 60, selectionDeferralTime: 60}
            """;
    /** The limit leaves no room for a client that would be taken for another one after its restart. */
    private static final String FROM_A_RANGE = """
            ---
            apiVersion: espalier.dev/v1alpha1
            kind: BgpPeer
            metadata: {name: clients}
            spec:
              listenRange: {prefix: 10.20.0.0/24, limit: 3}
              asn: internal
              routeReflectorClient: true
              families: [ipv4-unicast]
            """;

    private static final String CLIENT = """
            ---
            apiVersion: espalier.dev/v1alpha1
            kind: BgpPeer
            metadata: {name: reflector}
            spec: {address: 10.20.0.9, asn: internal, families: [ipv4-unicast]}
            ---
            apiVersion: espalier.dev/v1alpha1
            kind: Advertisement
            metadata: {name: own}
            spec: {prefixes: [10.20.3.0/24]}
            """;

    private Rig rig;
    private Segment segment;
    private List<Namespace> clients;
    private Frr frr;
    private DaemonProcess bird;
    private Espalier client;
    private Espalier reflector;

    @BeforeEach
    void create() throws IOException {
        assumeTrue(Frr.isInstalled() && Command.isInstalled("bird"), "FRR or BIRD is not installed");
        rig = Rig.create("reflector");
        segment = new Segment(rig.ours().name());
        clients = CLIENTS.stream().map(segment::member).toList();
        frr = new Frr(client(FRR), rig.directory().resolve("frr"));
        bird = new DaemonProcess(client(BIRD), rig.directory().resolve("bird.log"));
        client = new Espalier(
                client(ESPALIER), Files.createDirectory(rig.directory().resolve("client")));
        reflector = new Espalier(
                segment.member(REFLECTOR), Files.createDirectory(rig.directory().resolve("reflector")));
    }

    @AfterEach
    void remove() {
        if (rig != null) {
            reflector.close();
            client.close();
            bird.stop();
            frr.stop();
            segment.close();
            rig.close();
        }
    }

    private Namespace client(int number) {
        return clients.get(number - 1);
    }

    // ---- behaviour

    @Test
    void aReflectorIsUpgradedAndNoPacketBetweenItsClientsIsLost() {
        String configured = CLIENTS.stream().map(this::configured).collect(Collectors.joining());
        start(OURS.formatted(Segment.address(REFLECTOR)) + configured);
        try (Witnesses witnesses = new Witnesses()) {
            upgradeReflector();
            assertThat(reflector.log()).contains("every neighbour has sent its routes");
            witnesses.sawNothing();
        }
    }

    /**
     * The trap: whoever forgets a dynamic neighbour when its session ends has nobody to keep the routes of, and takes the same
     * neighbour for another one when it returns. FRR, while it waits for somebody who restarts, does not even connect: the new daemon
     * has to know from the old one whom to connect to, and for whom to wait.
     */
    @Test
    void aReflectorAndItsClientsFromARangeKnowEachOtherAgainWhoeverOfThemIsUpgraded() {
        start(OURS.formatted(Segment.address(REFLECTOR)) + FROM_A_RANGE);
        try (Witnesses witnesses = new Witnesses()) {
            upgradeReflector();
            assertThat(reflector.log()).contains("every neighbour has sent its routes");
            upgradeBirdClient();
            upgradeEspalierClient();
            assertThat(dynamicPeers()).isEqualTo(3);
            assertThat(reflector.log()).doesNotContain("has reached its limit");
            witnesses.sawNothing();
        }
    }

    private String configured(int number) {
        return """
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: BgpPeer
                metadata: {name: client-%d}
                spec: {address: %s, asn: internal, routeReflectorClient: true, families: [ipv4-unicast]}
                """.formatted(number, Segment.address(number));
    }

    private void upgradeReflector() {
        reflector.terminate();
        within(5, () -> {
            assertThat(frrPath(BIRD).path("stale").asBoolean()).isTrue();
            assertThat(bird.text()).contains("Neighbor graceful restart detected");
            assertThat(client.best(Segment.prefix(FRR)).path("stale").asBoolean())
                    .isTrue();
        });
        ProgramCopy copy = ProgramCopy.in(rig.directory().resolve("next"));
        reflector.installed(copy).start();
        within(30, () -> {
            assertThat(reflector.get("/api/v1/status").path("ready").asBoolean())
                    .isTrue();
            assertThat(CLIENTS)
                    .allMatch(number -> reflector.state(Segment.address(number)).equals("Established"));
            assertThat(frrPath(BIRD).isMissingNode()).isFalse();
            assertThat(frrPath(BIRD).has("stale")).isFalse();
            assertThat(bird.text()).contains("Neighbor graceful restart done");
            assertThat(client.best(Segment.prefix(FRR)).path("stale").asBoolean(true))
                    .isFalse();
        });
        assertThat(copy.isRunBy(reflector.pid())).isTrue();
    }

    private void upgradeBirdClient() {
        int before = reflector.sessionNumber(Segment.address(BIRD));
        bird.kill();
        keepsTheRoutesOf(BIRD);
        startBird(List.of("-R"));
        isKnownAgain(BIRD, before);
    }

    private void upgradeEspalierClient() {
        int before = reflector.sessionNumber(Segment.address(ESPALIER));
        client.terminate();
        keepsTheRoutesOf(ESPALIER);
        client.installed(ProgramCopy.in(rig.directory().resolve("next-client"))).start();
        isKnownAgain(ESPALIER, before);
    }

    private void keepsTheRoutesOf(int number) {
        within(5, () -> {
            JsonNode kept = reflector.best(Segment.prefix(number));
            assertThat(kept.path("stale").asBoolean()).isTrue();
            assertThat(reflector.peer(Segment.address(number)).path("dynamic").asBoolean())
                    .isTrue();
        });
    }

    private void isKnownAgain(int number, int before) {
        within(20, () -> {
            JsonNode peer = reflector.peer(Segment.address(number));
            assertThat(peer.path("state").asText()).isEqualTo("Established");
            assertThat(peer.path("timesEstablished").asInt()).isEqualTo(before + 1);
            assertThat(reflector.best(Segment.prefix(number)).path("stale").asBoolean(true))
                    .isFalse();
        });
    }

    private long dynamicPeers() {
        return StreamSupport.stream(reflector.get("/api/v1/peers").spliterator(), false)
                .filter(peer -> peer.path("dynamic").asBoolean())
                .count();
    }

    // ---- the daemons

    private void start(String configuration) {
        frr.start("""
                router bgp 65001
                 bgp router-id 10.20.0.1
                 no bgp network import-check
                 bgp graceful-restart
                 neighbor 10.20.0.9 remote-as 65001
                 neighbor 10.20.0.9 timers connect 1
                 neighbor 10.20.0.9 advertisement-interval 0
                 address-family ipv4 unicast
                  network 10.20.1.0/24
                 exit-address-family
                exit
                """, List.of(Daemon.ZEBRA, Daemon.BGPD));
        DaemonProcess.write(rig.directory().resolve("bird.conf"), """
                log stderr all;
                router id 10.20.0.2;
                protocol device {}
                protocol direct { ipv4; }
                protocol static { ipv4; route 10.20.2.0/24 blackhole; }
                protocol kernel { graceful restart on; ipv4 { import none; export where source = RTS_BGP; }; }
                protocol bgp reflector {
                  debug { states, events };
                  local 10.20.0.2 as 65001;
                  neighbor 10.20.0.9 as 65001;
                  connect delay time 1; connect retry time 1; error wait time 1, 2;
                  graceful restart on;
                  ipv4 { import all; next hop self; export where source = RTS_STATIC; };
                }
                """);
        startBird(List.of());
        reflector.start(configuration);
        client.start(OURS.formatted(Segment.address(ESPALIER)) + CLIENT);
        within(
                30,
                () -> CLIENTS.forEach(number -> assertThat(client(number).ip("-4 route show"))
                        .contains(CLIENTS.stream()
                                .filter(other -> !other.equals(number))
                                .map(other -> Segment.prefix(other) + " ")
                                .toList())));
    }

    private void startBird(List<String> flags) {
        String control = rig.directory() + "/bird.ctl";
        List<String> argv = new ArrayList<>(List.of(
                "bird",
                "-f",
                "-c",
                rig.directory() + "/bird.conf",
                "-s",
                control,
                "-P",
                rig.directory() + "/bird.pid"));
        argv.addAll(flags);
        bird.start(argv, List.of("birdc", "-s", control(), "show", "status"));
    }

    private String control() {
        return rig.directory() + "/bird.ctl";
    }

    /** What FRR has from the reflector for a client's prefix. */
    private JsonNode frrPath(int number) {
        return frr.vtyshJson("show bgp ipv4 unicast " + Segment.prefix(number) + " json")
                .path("paths")
                .path(0);
    }

    /** Packets from each client to each other, and the kernels of all three. */
    private final class Witnesses implements AutoCloseable {
        private final List<RouteWatch> kernels = clients.stream()
                .map(namespace -> RouteWatch.start(namespace, rig.directory()))
                .toList();
        private final Traffic traffic = Traffic.between(
                rig.directory(),
                IntStream.range(0, clients.size())
                        .mapToObj(i -> new Traffic.Place(clients.get(i), Segment.behind(i + 1)))
                        .toArray(Traffic.Place[]::new));

        void sawNothing() {
            Traffic.Outcome outcome = traffic.finish();
            assertThat(outcome.fewestSent()).isGreaterThan(Traffic.FEW);
            assertThat(outcome.lost()).as("packets lost").isEmpty();
            assertThat(kernels).as("routes that the clients' kernels lost").allSatisfy(kernel -> assertThat(
                            kernel.within("10.20."))
                    .noneMatch(line -> line.startsWith("Deleted")));
            assertThat(bird.ask("birdc", "-s", control(), "show", "protocols", "all", "reflector"))
                    .containsPattern("Import withdraws: +0 ");
        }

        @Override
        public void close() {
            traffic.close();
            kernels.forEach(RouteWatch::close);
        }
    }
}

package dev.espalier.interop;

import static dev.espalier.interop.Eventually.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.lab.Command;
import dev.espalier.lab.Frr;
import dev.espalier.lab.Frr.Daemon;
import dev.espalier.lab.Pause;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A node behind a top-of-rack switch is upgraded as {@code docs/upgrading.md} says, while packets go through it in both directions
 * between a host behind it and one behind the switch. None is lost, and the kernel hears of nothing.
 */
@Tag("netns")
@Timeout(value = 90, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UpgradeTest {

    private static final String OUR_NET = "10.77.1.0/24";
    private static final String THEIR_NET = "10.77.2.0/24";
    private static final String NETS = "10.77.";

    private Rig rig;
    private Hosts hosts;
    private Espalier us;

    @BeforeEach
    void create() {
        rig = Rig.create("upgrade");
        hosts = Hosts.beside(rig);
        us = new Espalier(rig);
    }

    @AfterEach
    void remove() {
        if (rig != null) {
            us.close();
            hosts.close();
            rig.close();
        }
    }

    // ---- behind FRR

    @Test
    void aNodeBehindAnFrrSwitchIsUpgradedAndNoPacketIsLost() {
        assumeTrue(Frr.isInstalled(), "FRR is not installed");
        Frr frr = new Frr(rig.theirs(), rig.directory().resolve("frr"));
        try {
            frr.start("""
                    router bgp 65002
                     bgp router-id 10.9.0.2
                     no bgp ebgp-requires-policy
                     bgp graceful-restart
                     neighbor 10.9.0.1 remote-as 65001
                     neighbor 10.9.0.1 timers connect 1
                     neighbor 10.9.0.1 advertisement-interval 0
                     address-family ipv4 unicast
                      network 10.77.2.0/24
                     exit-address-family
                    exit
                    """, List.of(Daemon.ZEBRA, Daemon.BGPD));
            startUs();
            try (Witnesses witnesses = new Witnesses()) {
                us.terminate();
                within(5, () -> assertThat(path(frr).path("stale").asBoolean()).isTrue());
                startAnother();
                within(10, () -> {
                    assertThat(path(frr).has("stale")).isFalse();
                    JsonNode restart = frr.vtyshJson("show bgp neighbors 10.9.0.1 json")
                            .path(Rig.OURS)
                            .path("gracefulRestartInfo");
                    assertThat(restart.path("rBit").asBoolean()).isTrue();
                    assertThat(restart.path("endOfRibRecv").path("ipv4Unicast").asBoolean())
                            .isTrue();
                });
                witnesses.sawNothing();
            }
        } finally {
            frr.stop();
        }
    }

    private static JsonNode path(Frr frr) {
        return frr.vtyshJson("show bgp ipv4 unicast " + OUR_NET + " json")
                .path("paths")
                .path(0);
    }

    // ---- behind BIRD

    @Test
    void aNodeBehindABirdSwitchIsUpgradedAndNoPacketIsLostAlthoughTheNewProgramFailsToStartAtFirst() {
        assumeTrue(Command.isInstalled("bird"), "BIRD is not installed");
        DaemonProcess bird = new DaemonProcess(rig.theirs(), rig.directory().resolve("bird.log"));
        try {
            startBird(bird);
            startUs();
            try (Witnesses witnesses = new Witnesses()) {
                us.terminate();
                within(5, () -> assertThat(bird.text()).contains("Neighbor graceful restart detected"));
                theNewProgramRefuses();
                startAnother();
                within(10, () -> assertThat(bird.text()).contains("Neighbor graceful restart done"));
                assertThat(bird.text()).doesNotContain("Neighbor graceful restart timeout");
                witnesses.sawNothing();
            }
        } finally {
            bird.stop();
        }
    }

    private void startBird(DaemonProcess bird) {
        DaemonProcess.write(rig.directory().resolve("bird.conf"), """
                log stderr all;
                router id 10.9.0.2;
                protocol device {}
                protocol direct { ipv4; }
                protocol kernel { ipv4 { import none; export where source = RTS_BGP; }; }
                protocol bgp espalier {
                  debug { states, events };
                  local 10.9.0.2 as 65002;
                  neighbor 10.9.0.1 as 65001;
                  connect delay time 1; connect retry time 1; error wait time 1, 2;
                  graceful restart on;
                  ipv4 { import all; next hop self; export where net = 10.77.2.0/24; };
                }
                """);
        String control = rig.directory() + "/bird.ctl";
        bird.start(
                List.of(
                        "bird",
                        "-f",
                        "-c",
                        rig.directory() + "/bird.conf",
                        "-s",
                        control,
                        "-P",
                        rig.directory() + "/bird.pid"),
                List.of("birdc", "-s", control, "show", "status"));
    }

    /** Two starts fail, one on a file with an error, and one halfway, on an address that the host lacks. */
    private void theNewProgramRefuses() {
        refuses(configuration().replace("kind: Router", "kind: Rooter"), "Rooter");
        refuses(configuration() + """
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: Router
                metadata: {name: red}
                spec: {asn: 65001, routerId: 10.9.0.1, instance: red, kernelTable: 100, listen: {port: 1179, addresses: [10.99.9.9]}}
                """, "10.99.9.9");
        us.write(configuration());
    }

    private void refuses(String configuration, String named) {
        us.write(configuration);
        Process refused = us.launch(List.of());
        assertThat(Pause.until(Duration.ofSeconds(20), () -> !refused.isAlive()))
                .isTrue();
        assertThat(refused.exitValue()).isNotZero();
        assertThat(us.log()).contains(named);
    }

    // ---- ours

    private static String configuration() {
        return OurSide.of(PeerSetup.external().withGracefulRestart())
                .prefixes("[" + OUR_NET + "]")
                .peer("router", "main")
                .objects()
                .replace("prefixes:", "router: main\n  prefixes:");
    }

    private void startUs() {
        us.start(configuration());
        within(20, () -> {
            assertThat(rig.ours().ip("route show proto 179")).contains(THEIR_NET);
            assertThat(rig.theirs().ip("route show proto bgp") + rig.theirs().ip("route show proto bird"))
                    .contains(OUR_NET);
        });
    }

    /** From other files; returns when it says that it has taken over. */
    private void startAnother() {
        ProgramCopy copy = ProgramCopy.in(rig.directory().resolve("next"));
        us.installed(copy).start();
        within(20, () -> {
            assertThat(us.get("/api/v1/status").path("ready").asBoolean()).isTrue();
            assertThat(us.state(Rig.THEIRS)).isEqualTo("Established");
            assertThat(us.peer(Rig.THEIRS).path("families").toString()).contains("\"endOfRib\":true");
        });
        assertThat(copy.isRunBy(us.pid())).isTrue();
        assertThat(us.log()).contains("every neighbour has sent its routes");
    }

    /** Packets in both directions, and both routers' kernels. */
    private final class Witnesses implements AutoCloseable {
        private final RouteWatch ours = RouteWatch.start(rig.ours(), rig.directory());
        private final RouteWatch theirs = RouteWatch.start(rig.theirs(), rig.directory());
        private final Traffic traffic = Traffic.between(
                rig.directory(),
                new Traffic.Place(hosts.behindUs(), Hosts.BEHIND_US),
                new Traffic.Place(hosts.behindThem(), Hosts.BEHIND_THEM));

        void sawNothing() {
            Traffic.Outcome outcome = traffic.finish();
            assertThat(outcome.fewestSent()).isGreaterThan(Traffic.FEW);
            assertThat(outcome.lost()).as("packets lost").isEmpty();
            assertThat(ours.ours()).as("changes of our kernel").isEmpty();
            assertThat(theirs.within(NETS))
                    .as("routes that the switch's kernel lost")
                    .noneMatch(line -> line.startsWith("Deleted"));
        }

        @Override
        public void close() {
            traffic.close();
            ours.close();
            theirs.close();
        }
    }

    /** If the packets could not tell, the other tests would mean nothing. */
    @Test
    void whatARouteThatIsMissingForATenthOfASecondLosesIsCounted() {
        rig.ours().ip("route add " + THEIR_NET + " via " + Rig.THEIRS);
        rig.theirs().ip("route add " + OUR_NET + " via " + Rig.OURS);
        try (Traffic traffic = Traffic.between(
                rig.directory(),
                new Traffic.Place(hosts.behindUs(), Hosts.BEHIND_US),
                new Traffic.Place(hosts.behindThem(), Hosts.BEHIND_THEM))) {
            Pause.millis(200);
            rig.ours().ip("route replace blackhole " + THEIR_NET);
            Pause.millis(100);
            rig.ours().ip("route replace " + THEIR_NET + " via " + Rig.THEIRS);
            assertThat(traffic.finish().lost())
                    .containsOnlyKeys(Hosts.BEHIND_US + " to " + Hosts.BEHIND_THEM)
                    .allSatisfy((way, lost) -> assertThat(lost).isBetween(1, 2000));
        }
    }
}

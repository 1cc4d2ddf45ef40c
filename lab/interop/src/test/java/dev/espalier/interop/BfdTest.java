package dev.espalier.interop;

import static dev.espalier.interop.Eventually.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.espalier.lab.Command;
import dev.espalier.lab.Frr;
import dev.espalier.lab.Frr.Daemon;
import dev.espalier.lab.Pause;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * BFD with FRR's bfdd and with BIRD, 50 ms and a multiplier of 3. Packets are dropped without a word to anybody, so that only BFD
 * can notice; how fast is seen by how soon the routes leave our kernel.
 */
@Tag("netns")
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BfdTest {

    /** Detection takes 150 ms; the rest is for a busy machine with two processors. */
    private static final long GONE_WITHIN_MILLIS = 1500;

    private static final int ROUTES = 100_000;

    // ---- FRR

    @Test
    void overOneHopFrrAndWeNegotiateAndASilentLossTakesTheRoutesOutOfTheKernelAtOnce() throws IOException {
        try (Setting it = new Setting("bfd-frr")) {
            it.frr(FRR_DIRECT);
            it.us.start(router() + FAST + peer("them", Rig.THEIRS, "65002", ""));
            within(25, () -> {
                assertThat(it.us.state(Rig.THEIRS)).isEqualTo("Established");
                assertThat(it.path(Rig.THEIRS).path("state").asText()).isEqualTo("Up");
                assertThat(it.path(Rig.THEIRS).path("detectionMillis").asDouble())
                        .isEqualTo(150);
                assertThat(KernelTable.of(it.rig.ours(), "179")).containsKey("-4 10.77.2.0/24");
            });
            JsonNode path = it.path(Rig.THEIRS);
            assertThat(path.path("multihop").asBoolean()).isFalse();
            assertThat(path.path("transmitMillis").asDouble()).isEqualTo(50);
            assertThat(it.us.peer(Rig.THEIRS).path("bfd").path("state").asText())
                    .isEqualTo("Up");
            JsonNode theirs = it.frr.vtyshJson("show bfd peers json").path(0);
            assertThat(theirs.path("status").asText()).isEqualTo("up");
            assertThat(theirs.path("receive-interval").asInt()).isEqualTo(50);

            it.goneAfterSilence("10.77.2.0/24");
            // Of two ends that find the same at the same time, one is told by the other.
            within(5, () -> assertThat(it.us.peer(Rig.THEIRS).path("lastDown").asText())
                    .containsAnyOf("BFD found the path dead", "BFD Down (6/10)"));
            assertThat(it.us.log()).contains("BFD session with 10.9.0.2 went down");

            it.hear();
            within(25, () -> assertThat(it.path(Rig.THEIRS).path("timesUp").asInt())
                    .isGreaterThanOrEqualTo(2));
            within(25, () -> assertThat(it.us.state(Rig.THEIRS)).isEqualTo("Established"));

            it.us.terminate();
            within(5, () -> assertThat(
                            it.frr.vtyshJson("show bfd peers json").path(0).toString())
                    .as("our end is told, not a failure")
                    .containsIgnoringCase("\"remote-diagnostic\":\"administratively down\""));
        }
    }

    @Test
    void overSeveralHopsBetweenLoopbacksOfOneAs() throws IOException {
        try (Setting it = new Setting("bfd-multi")) {
            it.rig.ours().ip(List.of("addr add 10.9.1.1/32 dev lo", "route add 10.9.1.2/32 via " + Rig.THEIRS));
            it.rig.theirs().ip(List.of("addr add 10.9.1.2/32 dev lo", "route add 10.9.1.1/32 via " + Rig.OURS));
            it.frr(FRR_MULTIHOP);
            it.us.start(router() + FAST + peer("them", "10.9.1.2", "internal", "  sourceAddress: 10.9.1.1\n"));
            within(25, () -> {
                assertThat(it.us.state("10.9.1.2")).isEqualTo("Established");
                assertThat(it.path("10.9.1.2").path("state").asText()).isEqualTo("Up");
                assertThat(it.path("10.9.1.2").path("multihop").asBoolean()).isTrue();
                assertThat(KernelTable.of(it.rig.ours(), "179")).containsKey("-4 10.77.2.0/24");
            });
            it.goneAfterSilence("10.77.2.0/24");
        }
    }

    @Test
    void aStrictSessionWaitsAndSaysWhyAndANeighbourFromARangeIsWatchedWhileItIsThere() throws IOException {
        try (Setting it = new Setting("bfd-strict")) {
            it.frr(FRR_DIRECT
                    .replace(" neighbor 10.9.0.1 bfd\n", "")
                    .replace(" neighbor 10.9.0.1 bfd profile fast\n", ""));
            it.us.start(router() + FAST + peer("them", Rig.THEIRS, "65002", "  bfdStrict: true\n"));
            within(25, () -> assertThat(it.us.peer(Rig.THEIRS).path("hint").asText())
                    .contains("waits for BFD")
                    .contains("not been heard"));
            assertThat(it.us.state(Rig.THEIRS)).isEqualTo("Idle");
            it.frr.vtysh("configure terminal", "router bgp 65002", "neighbor 10.9.0.1 bfd profile fast");
            within(25, () -> assertThat(it.us.state(Rig.THEIRS)).isEqualTo("Established"));

            it.us.reload(router() + FAST + range());
            within(25, () -> {
                assertThat(it.us.peer(Rig.THEIRS).path("dynamic").asBoolean()).isTrue();
                assertThat(it.us.peer(Rig.THEIRS).path("bfd").path("state").asText())
                        .isEqualTo("Up");
            });
            it.goneAfterSilence("10.77.2.0/24");
            within(15, () -> assertThat(it.us.get("/api/v1/bfd").path("sessions"))
                    .isEmpty());
        }
    }

    // ---- BIRD

    @Test
    void birdOverIpv4AndOverALinkLocalAddressWhileAnotherProgramHadThePort() throws IOException {
        assumeTrue(Command.isInstalled("bird"), "BIRD is not installed");
        try (Setting it = new Setting("bfd-bird")) {
            it.rig.ours().ip("addr add fe80::a/64 dev eth0 nodad");
            it.rig.theirs().ip("addr add fe80::b/64 dev eth0 nodad");
            Process squatter = it.squat();
            it.bird(BIRD);
            it.us.start(router()
                    + FAST
                    + peer("v4", Rig.THEIRS, "65002", "  bfdStrict: true\n")
                    + peer("v6", "\"fe80::b%eth0\"", "65002", "  families: [ipv6-unicast]\n"));
            within(15, () -> assertThat(it.path(Rig.THEIRS).path("problem").asText())
                    .contains("UDP port 3784")
                    .contains("another program has it"));
            squatter.destroyForcibly();
            within(30, () -> {
                assertThat(it.path(Rig.THEIRS).path("state").asText()).isEqualTo("Up");
                assertThat(it.path("fe80::b").path("state").asText()).isEqualTo("Up");
                assertThat(it.us.state(Rig.THEIRS)).isEqualTo("Established");
                assertThat(it.us.state("fe80::b%eth0")).isEqualTo("Established");
                assertThat(KernelTable.of(it.rig.ours(), "179")).containsKeys("-4 10.77.2.0/24", "-6 2001:db8:77::/48");
            });
            assertThat(it.path("fe80::b").path("link").asText()).isEqualTo("eth0");
            it.goneAfterSilence("10.77.2.0/24", "2001:db8:77::/48");
        }
    }

    /** Among the long runs: whether a processor is free for half a second is not ours alone to say. */
    @Test
    @Tag("long")
    void aTableThatLoadsDoesNotTakeASessionDown() throws IOException {
        assumeTrue(Command.isInstalled("bird"), "BIRD is not installed");
        // With the collector of the real daemon. The detection time is the half second that docs/configuration.md names
        // for a
        // machine whose processors are all busy with other programs, as this one's are with the feeder and this test.
        try (Setting it = new Setting(
                "bfd-load",
                List.of("-XX:-UseSerialGC", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=10", "-Xms16m", "-Xmx512m"))) {
            it.rig.theirs().ip("addr add 10.9.0.3/24 dev eth0");
            it.bird(BIRD_ASIDE.replace("50 ms", "100 ms").replace("multiplier 3", "multiplier 5"));
            it.us.start(router()
                    + PATIENT
                    + peer("bird", "10.9.0.3", "65002", "")
                    + peer(
                                    "feeder",
                                    Rig.THEIRS,
                                    "65003",
                                    "  passive: true\n  families: [ipv4-unicast, ipv6-unicast]\n  timers: {holdTime: 9}\n")
                            .replace("  bfdProfile: fast\n", ""));
            within(25, () -> {
                assertThat(it.path("10.9.0.3").path("state").asText()).isEqualTo("Up");
                assertThat(it.path("10.9.0.3").path("detectionMillis").asDouble())
                        .isEqualTo(500);
            });
            try (Feeder feeder = Feeder.connect(it.rig, 65003)) {
                feeder.announce(Feed.made(65003, ROUTES));
                within(60, () -> assertThat(KernelTable.count(it.rig.ours())).isGreaterThan(ROUTES));
                assertThat(feeder.end()).isEmpty();
            }
            JsonNode path = it.path("10.9.0.3");
            assertThat(path.path("timesUp").asInt()).as(it.us.log()).isEqualTo(1);
            assertThat(path.path("state").asText()).isEqualTo("Up");
        }
    }

    // ---- configurations

    private static final String FAST = """
            ---
            apiVersion: espalier.dev/v1alpha1
            kind: BfdProfile
            metadata: {name: fast}
            spec: {requiredMinReceive: 50, desiredMinTransmit: 50}
            """;

    private static final String PATIENT = FAST.replace(
            "requiredMinReceive: 50, desiredMinTransmit: 50",
            "requiredMinReceive: 100, desiredMinTransmit: 100, detectMultiplier: 5");

    private static String router() {
        return """
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: Router
                metadata: {name: main}
                spec: {asn: 65001, routerId: 10.9.0.1, timers: {connectRetry: 1}}
                """;
    }

    private static String peer(String name, String address, String asn, String more) {
        return """
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: BgpPeer
                metadata: {name: %s}
                spec:
                  address: %s
                  asn: %s
                  importPolicy: [accept-all]
                  exportPolicy: [accept-all]
                  bfdProfile: fast
                %s""".formatted(name, address, asn, more);
    }

    private static String range() {
        return peer("range", "x", "65002", "").replace("address: x", "listenRange: {prefix: 10.9.0.0/24}");
    }

    /** Without "exit", which ends the reading in a daemon that does not know what it would leave. */
    private static final String FRR_DIRECT = """
            bfd
             profile fast
              receive-interval 50
              transmit-interval 50
            !
            router bgp 65002
             bgp router-id 10.9.0.2
             no bgp ebgp-requires-policy
             no bgp network import-check
             neighbor 10.9.0.1 remote-as 65001
             neighbor 10.9.0.1 timers connect 1
             neighbor 10.9.0.1 bfd
             neighbor 10.9.0.1 bfd profile fast
             address-family ipv4 unicast
              network 10.77.2.0/24
             exit-address-family
            """;

    private static final String FRR_MULTIHOP = FRR_DIRECT
            .replace("router bgp 65002", "router bgp 65001")
            .replace("neighbor 10.9.0.1", "neighbor 10.9.1.1")
            .replace(" neighbor 10.9.1.1 bfd\n", " neighbor 10.9.1.1 update-source 10.9.1.2\n neighbor 10.9.1.1 bfd\n");

    private static final String BIRD = """
            router id 10.9.0.2;
            protocol device {}
            protocol static st4 { ipv4; route 10.77.2.0/24 blackhole; }
            protocol static st6 { ipv6; route 2001:db8:77::/48 blackhole; }
            protocol bfd { interface "*" { min rx interval 50 ms; min tx interval 50 ms; multiplier 3; }; }
            protocol bgp four {
             local 10.9.0.2 as 65002; neighbor 10.9.0.1 as 65001; bfd on;
             connect delay time 1; connect retry time 1; error wait time 1, 2;
             ipv4 { import all; next hop self; export all; };
            }
            protocol bgp six {
             local fe80::b as 65002; neighbor fe80::a%eth0 as 65001; bfd on;
             connect delay time 1; connect retry time 1; error wait time 1, 2;
             ipv6 { import all; next hop self; export all; };
            }
            """;

    private static final String BIRD_ASIDE =
            BIRD.substring(0, BIRD.indexOf("protocol bgp six")).replace("local 10.9.0.2", "local 10.9.0.3");

    /** One of everything, and its end. */
    private static final class Setting implements AutoCloseable {
        final Rig rig;
        final Espalier us;
        final Frr frr;
        final DaemonProcess bird;

        Setting(String purpose) {
            this(purpose, List.of("-XX:TieredStopAtLevel=1", "-Xmx512m"));
        }

        Setting(String purpose, List<String> javaFlags) {
            rig = Rig.create(purpose);
            us = new Espalier(rig, javaFlags);
            frr = new Frr(rig.theirs(), rig.directory().resolve("frr"));
            bird = new DaemonProcess(rig.theirs(), rig.directory().resolve("bird.log"));
        }

        void frr(String configuration) {
            assumeTrue(Frr.isInstalled(), "FRR is not installed");
            frr.start(configuration, List.of(Daemon.ZEBRA, Daemon.BFDD, Daemon.BGPD));
        }

        void bird(String configuration) {
            DaemonProcess.write(rig.directory().resolve("bird.conf"), configuration);
            String control = rig.directory() + "/bird.ctl";
            bird.start(
                    List.of("chrt", "-r", "1", "bird", "-f", "-c", rig.directory() + "/bird.conf", "-s", control),
                    List.of("birdc", "-s", control, "show", "status"));
        }

        /** Another program takes the port of BFD in our namespace. */
        Process squat() {
            Process squatter = rig.ours()
                    .start(new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-XX:+UseSerialGC",
                                    "-XX:TieredStopAtLevel=1",
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    PortSquatter.class.getName(),
                                    "3784")
                            .redirectErrorStream(true));
            try {
                assertThat(squatter.inputReader().readLine()).isEqualTo("taken 3784");
            } catch (IOException failed) {
                throw new AssertionError(failed);
            }
            return squatter;
        }

        /** The BFD session with a peer; missing when there is none. */
        JsonNode path(String peer) {
            for (JsonNode session : us.get("/api/v1/bfd").path("sessions")) {
                if (session.path("peer").asText().equals(peer)) {
                    return session;
                }
            }
            return MissingNode.getInstance();
        }

        /** From now on nothing arrives at our side, and nobody is told. */
        void silence() {
            rig.ours().exec("nft", "add table inet silence");
            rig.ours()
                    .exec(
                            "nft",
                            "add chain inet silence in { type filter hook input priority 0 ; iifname eth0 drop ; }");
        }

        void hear() {
            rig.ours().exec("nft", "delete table inet silence");
        }

        /** All routes leave our kernel soon after a silence begins. */
        void goneAfterSilence(String... prefixes) throws IOException {
            within(25, () -> {
                String routes =
                        rig.ours().ip("-4 route show proto 179") + rig.ours().ip("-6 route show proto 179");
                assertThat(routes).contains(prefixes);
            });
            silence();
            long began = System.nanoTime();
            boolean gone = Pause.until(Duration.ofMillis(GONE_WITHIN_MILLIS), () -> {
                String routes =
                        rig.ours().ip("-4 route show proto 179") + rig.ours().ip("-6 route show proto 179");
                return List.of(prefixes).stream().noneMatch(routes::contains);
            });
            System.out.printf(
                    "%s: routes gone after %d ms%n",
                    rig.ours().name(), TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
            assertThat(gone)
                    .as("%s gone within %d ms: %s", List.of(prefixes), GONE_WITHIN_MILLIS, us.log())
                    .isTrue();
        }

        @Override
        public void close() {
            us.close();
            frr.stop();
            bird.stop();
            rig.close();
        }
    }
}

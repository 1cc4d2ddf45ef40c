package dev.espalier.interop;

import static dev.espalier.interop.Eventually.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.lab.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * While a neighbour's table of half a million routes loads, on its way into the kernel, another neighbour with a hold time of 3 s
 * and BFD at 50 ms notices nothing, no KEEPALIVE is late, and the API answers. What depends on who else uses the two
 * processors, single answers and single pauses of the collector, is printed.
 *
 * <p>Among the long runs: whether a processor is free for 150 ms is not ours alone to say.
 */
@Tag("netns")
@Tag("long")
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LoadingTest {

    private static final int ROUTES = 500_000;
    private static final String NEIGHBOUR = "10.9.0.3";
    private static final List<String> QUESTIONS =
            List.of("/api/v1/status", "/api/v1/peers", "/api/v1/bfd", "/api/v1/explain?prefix=10.77.2.0/24");
    private static final long ANSWER_MILLIS = 100;
    private static final Pattern PAUSE = Pattern.compile("Pause .* ([0-9.]+)ms");

    /** The collector and the heap of the daemon that {@code ./espalier run} starts, and a log of its pauses. */
    private static List<String> javaFlags(Path pauses) {
        return List.of(
                "-XX:-UseSerialGC",
                "-XX:+UseG1GC",
                "-XX:MaxGCPauseMillis=10",
                "-Xms16m",
                "-Xmx1g",
                "-XX:+UnlockExperimentalVMOptions",
                "-XX:G1MaxNewSizePercent=40",
                "-XX:-G1UseAdaptiveIHOP",
                "-XX:InitiatingHeapOccupancyPercent=80",
                "-Xlog:gc:file=" + pauses);
    }

    @Test
    void nobodyElseNoticesATableThatLoads() throws IOException, InterruptedException {
        assumeTrue(Command.isInstalled("bird"), "BIRD is not installed");
        try (Rig rig = Rig.create("loading");
                Aside bird = new Aside(
                        new DaemonProcess(rig.theirs(), rig.directory().resolve("bird.log")));
                Espalier us = new Espalier(rig, javaFlags(rig.directory().resolve("pauses.log")))) {
            rig.theirs().ip("addr add " + NEIGHBOUR + "/24 dev eth0");
            start(rig, bird.process());
            us.start(OBJECTS);
            within(30, () -> {
                assertThat(us.state(NEIGHBOUR)).isEqualTo("Established");
                assertThat(us.best("10.77.2.0/24").isMissingNode()).isFalse();
                assertThat(bfd(us).path("state").asText()).isEqualTo("Up");
                assertThat(bfd(us).path("detectionMillis").asDouble()).isEqualTo(150);
            });
            Answers answers = warm(us);
            int establishedBefore = us.peer(NEIGHBOUR).path("timesEstablished").asInt();
            int upBefore = bfd(us).path("timesUp").asInt();
            Feed feed = Feed.made(65003, ROUTES);
            try (Feeder feeder = Feeder.connect(rig, 65003)) {
                Thread loading = Thread.ofPlatform().start(() -> feeder.announce(feed));
                long begin = System.nanoTime();
                while (KernelTable.count(rig.ours()) < ROUTES
                        && System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(60)) {
                    QUESTIONS.forEach(answers::ask);
                }
                System.out.printf(
                        "%d routes in the kernel after %.1f s; longest silence of ours %.1f s; meanwhile%n%s%s%n",
                        ROUTES,
                        (System.nanoTime() - begin) / 1e9,
                        feeder.longestSilence().toMillis() / 1e3,
                        answers,
                        longestPause(rig));
                assertThat(loading.join(Duration.ofSeconds(30))).isTrue();
                assertThat(KernelTable.count(rig.ours())).isGreaterThanOrEqualTo(ROUTES);
                assertThat(feeder.end()).as("why the feeder's session ended").isEmpty();
                assertThat(feeder.longestSilence().toMillis())
                        .as("the longest time between our KEEPALIVEs, in ms")
                        .isLessThan(1000L * Feeder.HOLD_SECONDS / 3 + 500);
            }
            assertThat(us.peer(NEIGHBOUR).path("timesEstablished").asInt())
                    .as(us.log())
                    .isEqualTo(establishedBefore);
            assertThat(bfd(us).path("timesUp").asInt()).as(us.log()).isEqualTo(upBefore);
            assertThat(answers.slowestMedianMillis()).isLessThanOrEqualTo(ANSWER_MILLIS);
        }
    }

    /** In which the daemon loads and compiles what answers. */
    private static Answers warm(Espalier us) {
        for (int i = 0; i < 50; i++) {
            QUESTIONS.forEach(us::read);
        }
        return new Answers(us);
    }

    private static JsonNode bfd(Espalier us) {
        return us.get("/api/v1/bfd").path("sessions").path(0); // the feeder has none
    }

    private static String longestPause(Rig rig) throws IOException {
        double longest = Files.readAllLines(rig.directory().resolve("pauses.log")).stream()
                .map(PAUSE::matcher)
                .filter(Matcher::find)
                .mapToDouble(pause -> Double.parseDouble(pause.group(1)))
                .max()
                .orElse(0);
        return "the longest pause of the collector: " + longest + " ms";
    }

    /** A daemon that ends with the test. */
    private record Aside(DaemonProcess process) implements AutoCloseable {
        @Override
        public void close() {
            process.kill();
        }
    }

    private static void start(Rig rig, DaemonProcess bird) {
        DaemonProcess.write(rig.directory().resolve("bird.conf"), BIRD);
        String control = rig.directory() + "/bird.ctl";
        bird.start(
                List.of("bird", "-f", "-c", rig.directory() + "/bird.conf", "-s", control),
                List.of("birdc", "-s", control, "show", "status"));
    }

    private static final String BIRD = """
            router id 10.9.0.3;
            protocol device {}
            protocol static { ipv4; route 10.77.2.0/24 blackhole; }
            protocol bfd { interface "*" { min rx interval 50 ms; min tx interval 50 ms; multiplier 3; }; }
            protocol bgp espalier {
             local 10.9.0.3 as 65002; neighbor 10.9.0.1 as 65001; bfd on; hold time 3;
             connect delay time 1; connect retry time 1; error wait time 1, 2;
             ipv4 { import all; next hop self; export where source = RTS_STATIC; };
            }
            """;

    private static final String OBJECTS = """
            ---
            apiVersion: espalier.dev/v1alpha1
            kind: Router
            metadata: {name: main}
            spec: {asn: 65001, routerId: 10.9.0.1, timers: {connectRetry: 1}}
            ---
            apiVersion: espalier.dev/v1alpha1
            kind: BfdProfile
            metadata: {name: fast}
            spec: {requiredMinReceive: 50, desiredMinTransmit: 50}
            ---
            apiVersion: espalier.dev/v1alpha1
            kind: BgpPeer
            metadata: {name: bird}
            spec:
              address: 10.9.0.3
              asn: 65002
              bfdProfile: fast
              timers: {holdTime: 3}
              importPolicy: [accept-all]
            ---
            apiVersion: espalier.dev/v1alpha1
            kind: BgpPeer
            metadata: {name: feeder}
            spec:
              address: 10.9.0.2
              asn: 65003
              passive: true
              families: [ipv4-unicast, ipv6-unicast]
              timers: {holdTime: 9}
              importPolicy: [accept-all]
            """;
}

package dev.espalier.interop;

import static dev.espalier.interop.Eventually.within;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.lab.Pause;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * 2,500 configured neighbours, of which 180 speak BGP. The others are what one meets: addresses that swallow every packet, that
 * refuse, that are not there, and that take the connection and say nothing. They must neither delay those that answer, nor the API,
 * nor cost much. Figures are printed. Of the answers' times only the medians are judged: single answers have been seen to take
 * 670 ms on two cores that others were using too.
 */
@Tag("netns")
@Timeout(value = 150, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ManyPeersTest {

    /** As the launcher sets them, with a heap in which nothing large could hide. */
    private static final List<String> FLAGS = List.of(
            "-XX:-UseSerialGC",
            "-XX:+UseG1GC",
            "-XX:MaxGCPauseMillis=10",
            "-Xms16m",
            "-Xmx256m",
            "-XX:+UseCompactObjectHeaders");

    private static final int CONFIGURED = 2_500;
    private static final long ALL_WITHIN_SECONDS = 30;
    private static final long MEDIAN_WITHIN_MILLIS = 100;
    /** A bound for a busy machine. */
    private static final long RELOAD_WITHIN_MILLIS = 3_000;

    private static final int WINDOW_SECONDS = 4;
    private static final double IDLE_SHARE = 0.25;

    private static final String ROUTE = "10.70.0.0/24";
    private static final List<String> QUESTIONS = List.of(
            "/healthz", "/api/v1/peers", "/api/v1/peers/p0", "/api/v1/explain?prefix=" + ROUTE.replace("/", "%2F"));

    /** The kinds of neighbours, and the second octet of their addresses. */
    private enum Kind {
        SPEAKS(60, 180),
        SWALLOWS(61, 800),
        REFUSES(62, 700),
        /** Fewer, since the kernel has one limit for unanswered ARP requests of all namespaces. */
        ABSENT(63, 320),
        MUTE(64, 500);

        private final int octet;
        private final int count;

        Kind(int octet, int count) {
            this.octet = octet;
            this.count = count;
        }

        String range() {
            return "10." + octet + ".0.0/16";
        }

        String address(int number) {
            return "10." + octet + "." + number / 200 + "." + (number % 200 + 1);
        }
    }

    @Test
    @Tag("long")
    void whoeverSpeaksIsEstablishedSoonAmongThousandsWhoDoNotAndTheApiAnswers() throws IOException {
        try (Rig rig = Rig.create("many");
                Espalier us = new Espalier(rig, FLAGS)) {
            neighbours(rig);
            us.start(objects(configured()));
            Answers answers = warm(us);
            Process responders = responders(rig);
            try {
                untilAllAreEstablished(us, answers);
                idle(us, answers);
                assertThat(answers.slowestMedianMillis())
                        .as("the slowest median of an answer, in ms:%n%s", answers)
                        .isLessThan(MEDIAN_WITHIN_MILLIS);
                oneMoreAndOneFewer(us);
                assertThat(us.cli("peers").lines().filter(line -> line.contains("65002")))
                        .as("the lines of 'espalier peers'")
                        .hasSize(CONFIGURED);
            } finally {
                responders.destroyForcibly();
                responders.onExit().join();
            }
        }
    }

    // ---- those who are not there

    private static void neighbours(Rig rig) {
        for (Kind kind : Kind.values()) {
            if (kind == Kind.ABSENT) {
                rig.ours().ip("route add " + kind.range() + " dev eth0");
            } else {
                rig.ours().ip("route add " + kind.range() + " via " + Rig.THEIRS);
                rig.theirs().ip("route add local " + kind.range() + " dev lo");
            }
        }
        rig.theirs()
                .command("nft", "-f", "-")
                .withInput("""
                        table ip neighbours {
                          chain input {
                            type filter hook input priority 0;
                            ip daddr %s drop
                            ip daddr %s meta l4proto tcp reject with tcp reset
                          }
                        }
                        """.formatted(Kind.SWALLOWS.range(), Kind.REFUSES.range()))
                .output();
    }

    private static Process responders(Rig rig) {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                Responders.class.getName());
        builder.redirectErrorStream(true);
        builder.redirectOutput(rig.directory().resolve("responders.log").toFile());
        return rig.theirs().start(builder);
    }

    private static String objects(List<String> addresses) {
        StringBuilder objects = new StringBuilder("""
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: Router
                metadata: {name: main}
                spec: {asn: 65001, routerId: %s}
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: Advertisement
                metadata: {name: ours}
                spec: {prefixes: [%s]}
                """.formatted(Rig.OURS, ROUTE));
        for (int i = 0; i < addresses.size(); i++) {
            objects.append("""
                    ---
                    apiVersion: espalier.dev/v1alpha1
                    kind: BgpPeer
                    metadata: {name: p%d}
                    spec: {address: %s, asn: %d, importPolicy: [accept-all], exportPolicy: [accept-all]}
                    """.formatted(i, addresses.get(i), Responders.ASN));
        }
        return objects.toString();
    }

    /** The kinds take turns, so that those who speak stand among the others. */
    private static List<String> configured() {
        List<String> addresses = new ArrayList<>();
        for (int turn = 0; addresses.size() < CONFIGURED; turn++) {
            for (Kind kind : Kind.values()) {
                if (turn < kind.count) {
                    addresses.add(kind.address(turn));
                }
            }
        }
        return addresses;
    }

    private static List<String> withOneMore() {
        List<String> addresses = configured();
        addresses.add(Kind.SPEAKS.address(Kind.SPEAKS.count));
        return addresses;
    }

    // ---- what is measured

    /** While nobody speaks, the questions are asked often enough for the daemon to have loaded and compiled what answers them. */
    private static Answers warm(Espalier us) {
        within(20, () -> assertThat(us.instance().path("peers").asInt()).isEqualTo(CONFIGURED));
        for (int i = 0; i < 100; i++) {
            QUESTIONS.forEach(us::read);
        }
        return new Answers(us);
    }

    /** Those who speak have just been started, and the questions go on. */
    private static void untilAllAreEstablished(Espalier us, Answers answers) {
        long begin = System.nanoTime();
        long deadline = begin + TimeUnit.SECONDS.toNanos(2 * ALL_WITHIN_SECONDS);
        long upAfter = 0;
        int established = 0;
        while (established < Kind.SPEAKS.count && System.nanoTime() < deadline) {
            QUESTIONS.forEach(answers::ask);
            established = us.instance().path("established").asInt();
            upAfter = System.nanoTime() - begin;
        }
        System.out.printf(
                "%d of %d configured neighbours established after %.1f s%n", established, CONFIGURED, upAfter / 1e9);
        assertThat(established).isEqualTo(Kind.SPEAKS.count);
        assertThat(upAfter)
                .as("until all were established, in ns")
                .isLessThan(TimeUnit.SECONDS.toNanos(ALL_WITHIN_SECONDS));
    }

    /**
     * What the daemon costs when nothing happens but attempts to connect: the least of some windows, since its compiler goes on for
     * a while. Then it is asked again.
     */
    private static void idle(Espalier us, Answers answers) throws IOException {
        double share = Double.MAX_VALUE;
        for (int window = 0; window < 4 && share > IDLE_SHARE / 2; window++) {
            double before = cpuSeconds(us);
            Pause.millis(1000 * WINDOW_SECONDS);
            share = Math.min(share, (cpuSeconds(us) - before) / WINDOW_SECONDS);
        }
        for (int i = 0; i < 50; i++) {
            QUESTIONS.forEach(answers::ask);
        }
        System.out.printf(
                "%s  idle: %.1f %% of a core; resident %d MB%n", answers, 100 * share, residentKilobytes(us) / 1024);
        assertThat(share).as("of a core, when nothing happens").isLessThan(IDLE_SHARE);
    }

    private static void oneMoreAndOneFewer(Espalier us) {
        Set<String> before = up(us);
        long more = reload(us, withOneMore());
        within(10, () -> assertThat(us.get("/api/v1/peers/p" + CONFIGURED)
                        .path(0)
                        .path("state")
                        .asText())
                .isEqualTo("Established"));
        long fewer = reload(us, configured());
        System.out.printf("  a reload with one peer more took %d ms, with one fewer %d ms%n", more, fewer);
        assertThat(up(us)).as("the sessions that stayed up").isEqualTo(before);
        assertThat(Math.max(more, fewer)).as("the slower reload, in ms").isLessThan(RELOAD_WITHIN_MILLIS);
    }

    /** How many ms it took. */
    private static long reload(Espalier us, List<String> addresses) {
        String objects = objects(addresses);
        long begin = System.nanoTime();
        us.reload(objects);
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
    }

    /** The names of the neighbours with a session, each with how often it was established. */
    private static Set<String> up(Espalier us) {
        Set<String> up = new HashSet<>();
        for (JsonNode peer : us.get("/api/v1/peers")) {
            if (peer.path("state").asText().equals("Established")) {
                up.add(peer.path("name").asText() + " x"
                        + peer.path("timesEstablished").asInt());
            }
        }
        return up;
    }

    /** The fields after the program's name, which is in brackets; the 14th and 15th of all count hundredths of seconds. */
    private static double cpuSeconds(Espalier us) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + us.pid() + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / 100.0;
    }

    private static long residentKilobytes(Espalier us) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + us.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}

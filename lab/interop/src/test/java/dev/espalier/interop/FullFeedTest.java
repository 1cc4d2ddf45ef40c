package dev.espalier.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.capture.Capture;
import dev.espalier.lab.Command;
import dev.espalier.lab.Pause;
import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpPrefix;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A whole table over a session, into our daemon and into BIRD, each in a namespace of its own with the same addresses. Afterwards
 * both believe the same and have told their kernels the same. Times and memory are printed, not judged.
 */
@Tag("netns")
@Timeout(value = 240, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FullFeedTest {

    private static final Path RECORDINGS = Path.of("../../../shared/data/mrt");
    /** Reserved for documentation; a private one stands in some paths of the Internet, which would be loops. */
    private static final int OUR_AS = 65551;

    private static final long SETTLED = Duration.ofSeconds(1).toNanos();
    private static final long GIVEN_UP = Duration.ofSeconds(8).toNanos();

    @BeforeEach
    void needsBird() {
        assumeTrue(Command.isInstalled("bird"), "BIRD is not installed");
    }

    @Test
    void theSmallTableIsTheSameAsBirds() throws IOException {
        try (InputStream table = FullFeedTest.class.getResourceAsStream("table.mrt.bz2");
                Capture capture = Capture.open(table)) {
            Feed feed = Feed.ofTable(capture, 64501);
            assertThat(feed.prefixes().size()).isGreaterThan(300);
            assertThat(feed.prefixes().stream().map(IpPrefix::family)).contains(AddressFamily.IPV4, AddressFamily.IPV6);
            bothAgree(feed);
        }
    }

    @Test
    void aFullInternetTableIsTheSameAsBirds() throws IOException {
        try (Capture capture = Capture.open(recording("caida-jinx-ribs.1401487200.bz2"))) {
            Feed feed = Feed.ofTable(capture, 30844);
            assertThat(feed.prefixes().size()).isEqualTo(497_321);
            bothAgree(feed);
        }
    }

    @Test
    void aFullInternetTableInItsOriginalPackingIsTheSameAsBirds() throws IOException {
        try (Capture capture = Capture.open(recording("ripencc-updates.et-header.2015.gz"))) {
            Feed feed = Feed.ofMessages(capture, 3856);
            assertThat(feed.messages().size()).isEqualTo(89_679);
            bothAgree(feed);
        }
    }

    private static Path recording(String name) {
        Path file = RECORDINGS.resolve(name);
        assumeTrue(Files.exists(file), () -> "the recording " + file + " is not on this machine");
        return file;
    }

    // ---- the comparison

    /** What a daemon has after the feed. */
    private record Outcome(Map<String, String> locRib, Map<String, String> kernel) {}

    private static void bothAgree(Feed feed) throws IOException {
        Outcome ours = feedEspalier(feed);
        Outcome birds = feedBird(feed);
        assertThat(ours.locRib.size()).isEqualTo(feed.prefixes().size());
        allowForAsZero(feed, birds);
        assertSame("best routes", ours.locRib, birds.locRib);
        assertSame("kernel routes", ours.kernel, birds.kernel);
    }

    /**
     * The one difference between the two: BIRD 2.0.12 takes AS 0 for an AS like any other, which RFC 7607 does not. Where the feed has
     * one, BIRD's outcome is made what the RFC demands, after a look at whether AS 0 was all that was wrong.
     */
    private static void allowForAsZero(Feed feed, Outcome birds) {
        for (IpPrefix prefix : feed.treatedAsWithdrawn()) {
            assertThat(birds.locRib.remove(prefix.toString())).containsPattern("asPath=([^,]* )?0[ ,]");
            assertThat(birds.kernel.remove("-4 " + prefix)).isNotNull();
        }
        for (IpPrefix prefix : feed.withoutAggregator()) {
            String route = birds.locRib.get(prefix.toString());
            assertThat(route).contains("aggregator=0 ");
            birds.locRib.put(prefix.toString(), route.replaceFirst("aggregator=[^,]*", "aggregator="));
        }
        System.out.printf(
                "AS 0: in %d AS paths and %d aggregators%n",
                feed.treatedAsWithdrawn().size(), feed.withoutAggregator().size());
    }

    /** Compares without printing half a million routes. */
    private static void assertSame(String what, Map<String, String> ours, Map<String, String> birds) {
        Map<String, String> different = new TreeMap<>();
        ours.forEach((prefix, route) -> {
            if (!route.equals(birds.get(prefix))) {
                different.put(prefix, "\n  ours:   " + route + "\n  BIRD's: " + birds.get(prefix));
            }
        });
        birds.forEach((prefix, route) -> {
            if (!ours.containsKey(prefix)) {
                different.put(prefix, "\n  ours:   null\n  BIRD's: " + route);
            }
        });
        assertThat(different.entrySet().stream().limit(5).toList())
                .as("%d %s differ from BIRD's", different.size(), what)
                .isEmpty();
        assertThat(ours).as(what).hasSameSizeAs(birds).isNotEmpty();
    }

    // ---- one daemon

    private static Outcome feedEspalier(Feed feed) throws IOException {
        try (Rig rig = Rig.create("feed");
                Espalier us = new Espalier(rig, List.of("-Xmx1g"))) {
            us.start(objects(feed));
            try (Feeder feeder = Feeder.connect(rig, feed.asn())) {
                load("Espalier", rig, feeder, feed);
                printMemory("Espalier", us.pid());
                Outcome outcome = new Outcome(
                        LocRib.ofEspalier(rig.directory().resolve("espalier.sock")), KernelTable.of(rig.ours(), "179"));
                assertThat(us.peer(Rig.THEIRS).path("timesEstablished").asInt()).isEqualTo(1);
                assertStillUp(feeder);
                assertThat(feeder.longestSilence()).isLessThan(Duration.ofSeconds(Feeder.HOLD_SECONDS));
                return outcome;
            }
        }
    }

    private static Outcome feedBird(Feed feed) throws IOException {
        try (Rig rig = Rig.create("feed");
                BirdReceiver bird = BirdReceiver.start(rig, ourAsn(feed), feed.asn());
                Feeder feeder = Feeder.connect(rig, feed.asn())) {
            load("BIRD", rig, feeder, feed);
            printMemory("BIRD", bird.pid());
            Outcome outcome = new Outcome(bird.locRib(), KernelTable.of(rig.ours(), "bird"));
            assertThat(bird.session()).contains("Established");
            assertStillUp(feeder);
            return outcome;
        }
    }

    /** Our AS is the neighbour's if the recording was made inside it. */
    private static long ourAsn(Feed feed) {
        return feed.internal() ? feed.asn() : OUR_AS;
    }

    /** Nothing of our own is announced: the tables hold the feed and nothing else. */
    private static String objects(Feed feed) {
        return """
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: Router
                metadata: {name: main}
                spec: {asn: %d, routerId: %s}
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: BgpPeer
                metadata: {name: feeder}
                spec:
                  address: %s
                  asn: %s
                  passive: true
                  families: [ipv4-unicast, ipv6-unicast]
                  timers: {holdTime: %d}
                  %s
                """.formatted(
                ourAsn(feed),
                Rig.OURS,
                Rig.THEIRS,
                feed.internal() ? "internal" : Long.toString(feed.asn()),
                Feeder.HOLD_SECONDS,
                // Some of the recorded neighbours are route servers, and BIRD does not look at the first AS either.
                feed.internal() ? "" : "importPolicy: [accept-all]\n  enforceFirstAs: false");
    }

    /** From the first octet until the kernel has had every route for a second. */
    private static void load(String who, Rig rig, Feeder feeder, Feed feed) {
        long already = KernelTable.count(rig.ours());
        long start = System.nanoTime();
        feeder.announce(feed);
        long sent = System.nanoTime();
        long complete = awaitKernel(rig, feeder, already + feed.prefixes().size());
        System.out.printf(
                "%s: %d prefixes in %d messages; sent after %.1f s, in the kernel after %.1f s; longest silence %.1f s%n",
                who,
                feed.prefixes().size(),
                feed.messages().size(),
                (sent - start) / 1e9,
                (complete - start) / 1e9,
                feeder.longestSilence().toMillis() / 1e3);
    }

    /**
     * Waits until the kernel's table no longer changes. Whether it holds what it should is for the comparison to say, which has
     * better words.
     *
     * @return when it had changed last
     */
    private static long awaitKernel(Rig rig, Feeder feeder, long expected) {
        long last = -1;
        long since = System.nanoTime();
        long now = since;
        while (now - since < (last == expected ? SETTLED : GIVEN_UP)
                && feeder.end().isEmpty()) {
            long count = KernelTable.count(rig.ours());
            now = System.nanoTime();
            if (count != last) {
                last = count;
                since = now;
            }
            Pause.millis(100);
        }
        return since;
    }

    private static void assertStillUp(Feeder feeder) {
        assertThat(feeder.end()).as("why the session ended").isEmpty();
    }

    private static void printMemory(String who, long pid) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(pid), "status"))) {
            System.out.println(who + ": "
                    + lines.filter(line -> line.startsWith("VmHWM")).findFirst().orElse("no VmHWM"));
        }
    }
}

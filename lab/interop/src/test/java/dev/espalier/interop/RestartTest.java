package dev.espalier.interop;

import static dev.espalier.interop.Eventually.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.lab.Command;
import dev.espalier.lab.Frr;
import dev.espalier.lab.Frr.Daemon;
import dev.espalier.lab.Namespace;
import dev.espalier.lab.Pause;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The daemon dies in the middle of its work and returns to a network that has moved on. A neighbour that restarts gracefully, the
 * kernel's own notifications and a ping through the node are the witnesses.
 */
@Tag("netns")
@Timeout(value = 150, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RestartTest {

    private static final long SEED = Long.getLong("espalier.seed", 20261120);
    private static final int CHANGES = 10_000;
    private static final int BATCH = 500;
    private static final int POOL = 4_000;

    /** One prefix of the pool: 20.0.0.0/24, 20.0.1.0/24 and so on. */
    private static String prefix(int number) {
        return "20." + number / 256 + "." + number % 256 + ".0/24";
    }

    @Test
    void afterACrashOnlyWhatChangedInTheMeantimeIsTouched() throws IOException {
        assumeTrue(Frr.isInstalled(), "FRR is not installed");
        try (Rig rig = Rig.create("restart");
                Hosts hosts = Hosts.beside(rig);
                Espalier us = new Espalier(rig)) {
            Frr frr = new Frr(rig.theirs(), rig.directory().resolve("frr"));
            try {
                frr.start(frrConfiguration(), List.of(Daemon.ZEBRA, Daemon.BGPD));
                us.start(OurSide.of(PeerSetup.external().withGracefulRestart())
                        .prefixes("[10.77.1.0/24]")
                        .objects());
                within(20, () -> assertThat(us.state(Rig.THEIRS)).isEqualTo("Established"));
                Set<Integer> announced = churn(frr);
                within(30, () -> assertThat(theirsInKernel(rig)).isEqualTo(prefixes(announced)));
                crashAndReturn(rig, hosts, us, frr, announced);
            } finally {
                frr.stop();
            }
        }
    }

    private static void crashAndReturn(Rig rig, Hosts hosts, Espalier us, Frr frr, Set<Integer> announced)
            throws IOException {
        List<Integer> known = List.copyOf(announced);
        List<Integer> gone = known.subList(0, 100);
        List<Integer> added = IntStream.range(POOL, POOL + 100).boxed().toList();
        Ping ping = Ping.start(hosts, rig.directory());
        try (RouteWatch watch = RouteWatch.start(rig.ours(), rig.directory())) {
            us.kill();
            change(frr, gone, added);
            Pause.millis(2000);
            assertThat(watch.ours())
                    .as("what the kernel lost while the daemon was down")
                    .isEmpty();
            us.start();
            Set<Integer> now = new TreeSet<>(announced);
            gone.forEach(now::remove);
            now.addAll(added);
            within(60, () -> {
                assertThat(us.instance().path("restarting").asBoolean()).isFalse();
                assertThat(theirsInKernel(rig)).isEqualTo(prefixes(now));
            });
            Pause.millis(1000);
            assertThat(touched(watch)).as("seed " + SEED).isEqualTo(touches(gone, added));
            assertThat(watch.ours()).as("each of them once").hasSize(200);
            assertThat(installedByItsOwnWord(us)).isEqualTo(ours(rig));
        } finally {
            ping.stop();
        }
        ping.assertNothingLost();
    }

    // ---- the neighbour

    private static String frrConfiguration() {
        return """
                router bgp 65002
                 bgp router-id 10.9.0.2
                 no bgp ebgp-requires-policy
                 no bgp network import-check
                 bgp graceful-restart
                 neighbor 10.9.0.1 remote-as 65001
                 neighbor 10.9.0.1 timers connect 1
                 neighbor 10.9.0.1 advertisement-interval 0
                 address-family ipv4 unicast
                  network 10.77.2.0/24
                 exit-address-family
                exit
                """;
    }

    /** Announces and withdraws at random; what is announced in the end. */
    private static Set<Integer> churn(Frr frr) {
        Random random = new Random(SEED);
        Set<Integer> announced = new TreeSet<>();
        List<String> batch = new ArrayList<>();
        for (int i = 0; i < CHANGES; i++) {
            int number = random.nextInt(POOL);
            batch.add((announced.add(number) ? "network " : "no network ") + prefix(number));
            if (!batch.getLast().startsWith("network")) {
                announced.remove(number);
            }
            if (batch.size() == BATCH) {
                tell(frr, batch);
                batch.clear();
            }
        }
        tell(frr, batch);
        return announced;
    }

    private static void change(Frr frr, List<Integer> gone, List<Integer> added) {
        List<String> lines = new ArrayList<>();
        gone.forEach(number -> lines.add("no network " + prefix(number)));
        added.forEach(number -> lines.add("network " + prefix(number)));
        tell(frr, lines);
    }

    private static void tell(Frr frr, List<String> lines) {
        List<String> commands =
                new ArrayList<>(List.of("configure terminal", "router bgp 65002", "address-family ipv4 unicast"));
        commands.addAll(lines);
        frr.vtysh(commands.toArray(String[]::new));
    }

    // ---- the witnesses

    private static Set<String> prefixes(Set<Integer> numbers) {
        return numbers.stream().map(RestartTest::prefix).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> ours(Rig rig) {
        return rig.ours()
                .ip("route show proto 179")
                .lines()
                .map(line -> line.replace("blackhole ", "").split(" ")[0])
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> theirsInKernel(Rig rig) {
        Set<String> prefixes = ours(rig);
        prefixes.removeIf(prefix -> !prefix.startsWith("20."));
        return prefixes;
    }

    private static Set<String> installedByItsOwnWord(Espalier us) {
        Set<String> installed = new TreeSet<>();
        for (JsonNode route : us.get("/api/v1/routes")) {
            if (route.path("kernel").path("state").asText().equals("installed")) {
                installed.add(route.path("prefix").asText());
            }
        }
        return installed;
    }

    private static Set<String> touched(RouteWatch watch) {
        return watch.ours().stream()
                .map(line -> line.startsWith("Deleted") ? "- " + line.split(" ")[1] : "+ " + line.split(" ")[0])
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> touches(List<Integer> gone, List<Integer> added) {
        Set<String> all = new TreeSet<>();
        gone.forEach(number -> all.add("- " + prefix(number)));
        added.forEach(number -> all.add("+ " + prefix(number)));
        return all;
    }

    /** A ping every 10 ms in both directions. */
    private record Ping(List<Process> processes, List<Path> answers) {

        static Ping start(Hosts hosts, Path directory) {
            Ping ping = new Ping(new ArrayList<>(), new ArrayList<>());
            ping.add(hosts.behindUs(), Hosts.BEHIND_THEM, directory.resolve("ping-out"));
            ping.add(hosts.behindThem(), Hosts.BEHIND_US, directory.resolve("ping-in"));
            return ping;
        }

        private void add(Namespace from, String to, Path answer) {
            Command.Outcome first =
                    from.command("ping", "-c", "1", "-W", "2", to).run();
            assertThat(first.succeeded())
                    .as("a first ping to " + to + ": " + first.output())
                    .isTrue();
            ProcessBuilder builder = new ProcessBuilder("ping", "-q", "-i", "0.01", to).redirectErrorStream(true);
            processes.add(from.start(builder.redirectOutput(answer.toFile())));
            answers.add(answer);
        }

        /** SIGINT makes it print its count. */
        void stop() {
            processes.forEach(process ->
                    Command.of("kill", "-INT", Long.toString(process.pid())).run());
            processes.forEach(process -> assertThat(Pause.until(Duration.ofSeconds(5), () -> !process.isAlive()))
                    .isTrue());
        }

        void assertNothingLost() throws IOException {
            for (Path answer : answers) {
                assertThat(Files.readString(answer)).contains(" 0% packet loss");
            }
        }
    }
}

package dev.espalier.interop;

import static dev.espalier.interop.Eventually.within;
import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.wire.Family;
import dev.espalier.bgp.wire.SessionOptions;
import dev.espalier.bgp.wire.UpdatePacker;
import dev.espalier.lab.Cable;
import dev.espalier.lab.Command;
import dev.espalier.lab.Namespace;
import dev.espalier.lab.Pause;
import dev.espalier.net.Asn;
import dev.espalier.net.IpAddress;
import dev.espalier.route.AsPath;
import dev.espalier.route.PathAttributes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * A daemon of this build with two neighbours on a link each, who announce the same prefixes and answer whoever pings them there.
 */
final class TwoWays implements AutoCloseable {

    private static final int BFD_MULTIPLIER = 3;
    static final int FIRST_OCTET = 20;
    private static final String OURS = "10.9.9.9";
    private static final String OURS_2 = "10.9.1.1";
    private static final String SECOND = "10.9.1.2";
    private static final Pattern ANSWER = Pattern.compile("^\\[(\\d+\\.\\d+)] \\d+ bytes from .* icmp_seq=(\\d+)");

    private final int routes;
    private final Rig rig;
    private final Namespace second;
    private final Espalier us;
    private final DaemonProcess bfd;
    private final List<Feeder> feeders = new ArrayList<>();

    /**
     * Makes the namespaces; nothing runs in them before {@link #announce}.
     *
     * @param routes how many prefixes the neighbours will announce
     */
    TwoWays(String purpose, int routes, List<String> javaFlags) {
        this.routes = routes;
        rig = Rig.create(purpose);
        second = new Namespace(rig.theirs().name() + "-2").create();
        us = new Espalier(rig, javaFlags);
        bfd = new DaemonProcess(rig.theirs(), rig.directory().resolve("bird.log"));
    }

    private void start() {
        Cable.between(rig.ours(), "eth1", second, "eth0").create();
        // An address that does not go with either link.
        rig.ours().ip(List.of("addr add " + OURS_2 + "/24 dev eth1", "addr add " + OURS + "/32 dev lo"));
        rig.theirs().ip("route add " + OURS + "/32 via " + Rig.OURS);
        second.ip(List.of("addr add " + SECOND + "/24 dev eth0", "route add " + OURS + "/32 via " + OURS_2));
        answering(rig.theirs());
        answering(second);
        us.start(objects(0));
    }

    /**
     * Has BFD watch the way to the first neighbour from now on; returns when it does.
     *
     * @param millis how often either side sends a packet
     * @return after how many milliseconds of silence BFD takes the way for dead
     */
    int watchFirst(int millis) {
        DaemonProcess.write(rig.directory().resolve("bird.conf"), """
                router id %s;
                protocol device {}
                protocol bfd {
                 interface "*" { min rx interval %d ms; min tx interval %d ms; multiplier %d; };
                 neighbor %s dev "eth0" local %s;
                }
                """.formatted(
                        Rig.THEIRS, millis, millis, BFD_MULTIPLIER, Rig.OURS, Rig.THEIRS));
        String control = rig.directory() + "/bird.ctl";
        bfd.start(
                List.of("chrt", "-r", "1", "bird", "-f", "-c", rig.directory() + "/bird.conf", "-s", control),
                List.of("birdc", "-s", control, "show", "status"));
        us.reload(objects(millis));
        within(25, () -> assertThat(
                        us.peer(Rig.THEIRS).path("bfd").path("state").asText())
                .as(us.log())
                .isEqualTo("Up"));
        return millis * BFD_MULTIPLIER;
    }

    private void answering(Namespace namespace) {
        for (int octet = 0; octet <= routes >> 16; octet++) {
            namespace.ip("route add local " + (FIRST_OCTET + octet) + ".0.0.0/8 dev lo");
        }
    }

    private static String objects(int bfdMillis) {
        String router = """
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: Router
                metadata: {name: main}
                spec: {asn: 65001, routerId: %s, multipathRelax: true}
                """.formatted(Rig.OURS);
        String profile = """
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: BfdProfile
                metadata: {name: fast}
                spec: {requiredMinReceive: %d, desiredMinTransmit: %d, detectMultiplier: %d}
                """.formatted(bfdMillis, bfdMillis, BFD_MULTIPLIER);
        boolean watched = bfdMillis > 0;
        return router
                + (watched ? profile : "")
                + peer("first", Rig.THEIRS, watched ? ", bfdProfile: fast" : "")
                + peer("second", SECOND, "");
    }

    private static String peer(String name, String address, String more) {
        return """
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: BgpPeer
                metadata: {name: %s}
                spec: {address: %s, asn: external, passive: true, timers: {holdTime: %d}, importPolicy: [accept-all]%s}
                """.formatted(name, address, Feeder.HOLD_SECONDS, more);
    }

    Rig rig() {
        return rig;
    }

    Espalier us() {
        return us;
    }

    /** Starts the daemon; both neighbours announce everything, the second one with a path that many ASes longer; returns when the kernel has it all. */
    void announce(int longer) throws IOException {
        start();
        Feeder first = Feeder.connect(rig, 65002);
        feeders.add(first);
        Feeder other = Feeder.connect(second, SECOND, OURS_2, rig.directory(), 65003);
        feeders.add(other);
        first.announce(feed(65002, Rig.THEIRS, 0));
        other.announce(feed(65003, SECOND, longer));
        within(240, () -> {
            assertThat(KernelTable.count(rig.ours())).isGreaterThanOrEqualTo(routes);
            assertThat(lastWays()).isEqualTo(2);
            assertThat(pending()).isZero();
        });
    }

    /** How many routes the kernel is still to be told of. */
    int pending() {
        return us.instance().path("kernel").path("pending").asInt();
    }

    /** How many ways the prefix announced last has, those on standby included. */
    private int lastWays() {
        var kernel = us.route(prefix(routes - 1)).path("kernel");
        return kernel.path("hops").size() + kernel.path("backup").size();
    }

    private Feed feed(long asn, String nextHop, int longer) {
        List<byte[]> messages = new ArrayList<>();
        UpdatePacker packer = new UpdatePacker(
                new SessionOptions(true, false, false, Set.of(Family.values()), Set.of(), Set.of()), messages::add);
        packer.begin(
                Family.IPV4_UNICAST,
                PathAttributes.builder()
                        .asPath(AsPath.sequence(Collections.nCopies(1 + longer, new Asn(asn))))
                        .nextHop(IpAddress.parse(nextHop))
                        .build());
        for (long i = 0; i < routes; i++) {
            packer.add(0, ((long) FIRST_OCTET << 56) + (i << 40), 0, 24);
        }
        packer.end();
        return new Feed(asn, false, messages, Set.of(), Set.of(), Set.of());
    }

    /** One of the prefixes, from 0. */
    static String prefix(int number) {
        return "%d.%d.%d.0/24".formatted(FIRST_OCTET + (number >> 16), number >> 8 & 255, number & 255);
    }

    private static String addressIn(int number) {
        return prefix(number).replace(".0/24", ".1");
    }

    // ---- ways to die

    /** The cable is pulled at the other end: our link loses its carrier. */
    void firstLosesTheCarrier() {
        rig.theirs().ip("link set dev eth0 down");
    }

    /** An administrator takes our link down. */
    void ourLinkIsSetDown() {
        rig.ours().ip("link set dev eth0 down");
    }

    /** Nothing arrives from the first neighbour any more, and nobody is told. */
    void firstFallsSilent() {
        rig.ours().exec("nft", "add table inet silence");
        rig.ours().exec("nft", "add chain inet silence in { type filter hook input priority 0 ; iifname eth0 drop ; }");
    }

    // ---- what becomes of packets

    /**
     * Pings one of the last prefixes by the first way, a packet every two milliseconds, while something happens to that way.
     *
     * @return for how many milliseconds packets were lost: the longest time between two answers that do not follow each other. (That
     *     answers come late when a busy machine does not let ping run is no loss.)
     */
    int millisWithoutAnswer(Runnable event) throws IOException {
        String target = IntStream.range(1, 250)
                .mapToObj(i -> addressIn(routes - i))
                .filter(address -> way(address).contains("dev eth0"))
                .findFirst()
                .orElseThrow();
        long before = received(rig.theirs());
        Path answer = rig.directory().resolve("ping");
        Process ping = rig.ours()
                .start(new ProcessBuilder("nice", "-n", "-20", "ping", "-D", "-n", "-i", "0.002", "-I", OURS, target)
                        .redirectErrorStream(true)
                        .redirectOutput(answer.toFile()));
        Pause.millis(1000);
        assertThat(received(rig.theirs())).as("packets by the first way").isGreaterThan(before + 100);
        assertThat(way(target)).as("before anything has happened: %s", us.log()).contains("dev eth0");
        event.run();
        Pause.millis(5000);
        assertThat(way(target)).contains("dev eth1");
        Command.of("kill", "-INT", Long.toString(ping.pid())).run();
        assertThat(Pause.until(Duration.ofSeconds(5), () -> !ping.isAlive())).isTrue();
        return longestLoss(Files.readAllLines(answer));
    }

    /** An answer: when it came, in seconds, and to which packet. */
    private record Answer(double at, int sequence) {}

    private static int longestLoss(List<String> lines) {
        List<Answer> answers = lines.stream()
                .map(ANSWER::matcher)
                .filter(Matcher::find)
                .map(matcher -> new Answer(Double.parseDouble(matcher.group(1)), Integer.parseInt(matcher.group(2))))
                .toList();
        assertThat(answers).as(() -> String.join("\n", lines)).hasSizeGreaterThan(500);
        double longest = 0;
        for (int i = 1; i < answers.size(); i++) {
            boolean lost = answers.get(i).sequence > answers.get(i - 1).sequence + 1;
            longest = lost ? Math.max(longest, answers.get(i).at - answers.get(i - 1).at) : longest;
        }
        return (int) Math.round(longest * 1000);
    }

    private String way(String address) {
        return rig.ours().ip("route get " + address + " from " + OURS);
    }

    private static long received(Namespace namespace) {
        return Long.parseLong(namespace
                .exec("cat", "/sys/class/net/eth0/statistics/rx_packets")
                .strip());
    }

    @Override
    public void close() {
        feeders.forEach(Feeder::close);
        us.close();
        bfd.stop();
        second.delete();
        rig.close();
    }
}

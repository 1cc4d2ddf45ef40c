package dev.espalier.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Lets a daemon live through what daemons live through, so that the JVM can note which classes that takes and how they are used: its
 * ahead-of-time cache (JEP 483, 514 and 515). A daemon that starts with the cache needs about half the CPU time until its first
 * session and some 30 MB less memory, and what happens seldom and then in a hurry, such as a neighbour's death, is not run by the
 * interpreter from classes that first have to be read.
 *
 * <p>Two neighbours announce the same prefixes; the daemon is asked what it knows, is reconfigured, loses the better neighbour, gets
 * it back, joins pods to the network, loses a link, and is ended. (Commands such as {@code espalier peers} have no use for the
 * cache: what it loads at once is more than they need.)
 *
 * <p>A program of its own, started by {@code ./espalier} after a build, inside namespaces of its own that disappear with it: see there.
 */
final class Rehearsal {

    private static final int PREFIXES = 2_000;
    private static final int PODS = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** In which the JVM writes the cache after the daemon's end. */
    private static final Duration WRITING = Duration.ofSeconds(90);

    private static final List<String> NEIGHBOUR_FLAGS =
            List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Xmx128m");

    private final Path directory;
    private final Namespace ours = new Namespace("rehearsal");
    private final List<Namespace> theirs = List.of(new Namespace("better"), new Namespace("worse"));
    private final List<EspalierNode> neighbours = new ArrayList<>();
    private final List<Process> running = new ArrayList<>();

    private Rehearsal(Path directory) {
        this.directory = directory;
    }

    /**
     * Rehearses, and exits with 0 when the cache is there.
     *
     * @param arguments the file that the cache becomes, and the flags for the daemon's Java, which must be those of later runs
     */
    public static void main(String... arguments) throws IOException {
        Path cache = Path.of(arguments[0]);
        Path directory = Files.createTempDirectory("espalier-rehearsal-");
        Rehearsal rehearsal = new Rehearsal(directory);
        try {
            rehearsal.run(cache, List.of(arguments).subList(1, arguments.length));
        } finally {
            rehearsal.running.forEach(Process::destroyForcibly);
            remove(directory);
        }
        System.exit(Files.exists(cache) ? 0 : 1);
    }

    private void run(Path cache, List<String> flags) {
        ours.create();
        for (int i = 0; i < theirs.size(); i++) {
            Namespace neighbour = theirs.get(i).create();
            Cable.between(ours, "eth" + i, neighbour, "eth0").create();
            ours.ip("addr add " + ourAddress(i) + "/24 dev eth" + i);
            neighbour.ip("addr add " + theirAddress(i) + "/24 dev eth0");
            EspalierNode node = new EspalierNode(neighbour, directory.resolve(neighbour.name()), NEIGHBOUR_FLAGS);
            neighbours.add(node);
            running.add(node.start(neighbour(i)));
        }
        List<String> noting = new ArrayList<>(flags);
        noting.add("-XX:AOTCacheOutput=" + cache);
        Path home = directory.resolve(ours.name());
        Process daemon = new EspalierNode(ours, home, noting).start(daemon("accept-all"));
        running.add(daemon);
        EspalierNode node = new EspalierNode(ours, home, NEIGHBOUR_FLAGS); // the same, whose commands note nothing
        perform(node);
        daemon.destroy();
        if (!Pause.until(WRITING, () -> !daemon.isAlive())) {
            throw new LabException(
                    "the cache is not written after " + WRITING.toSeconds() + " s; the daemon says\n" + log(node));
        }
    }

    private void perform(EspalierNode node) {
        await(node, 2);
        for (String question : List.of("status", "peers", "bfd", "routes")) {
            node.cli(question);
        }
        node.cli("explain", "10.1.1.0/24");
        node.configure(daemon("marked"));
        node.cli("reload");
        running.getFirst().destroyForcibly(); // which BFD notices
        await(node, 1);
        running.add(neighbours.getFirst().start());
        await(node, 2);
        for (int i = 0; i < PODS; i++) {
            new CniPlugin(node.socket()).add(new Namespace("pod-" + i).create());
        }
        node.cli("pods");
        ours.ip("link set dev eth0 down");
        await(node, 1);
    }

    private static void await(EspalierNode node, int sessions) {
        if (!Pause.until(PATIENCE, () -> established(node) == sessions)) {
            throw new LabException(
                    "there should be " + sessions + " sessions established; the daemon says\n" + log(node));
        }
        Pause.millis(1000); // in which routes come or go
    }

    private static String log(EspalierNode node) {
        try {
            return Files.readString(node.log());
        } catch (IOException failure) {
            return failure.toString();
        }
    }

    private static int established(EspalierNode node) {
        try {
            return node.establishedSessions();
        } catch (LabException noAnswerYet) {
            return -1;
        }
    }

    private static String ourAddress(int neighbour) {
        return "10.0." + neighbour + ".1";
    }

    private static String theirAddress(int neighbour) {
        return "10.0." + neighbour + ".2";
    }

    private static String neighbour(int number) {
        String prefixes = IntStream.range(0, PREFIXES)
                .mapToObj(i -> "  - 10." + (1 + (i >> 8)) + "." + (i & 255) + ".0/24\n")
                .collect(Collectors.joining());
        return router(65001 + number, theirAddress(number))
                + peer("daemon", ourAddress(number), "accept-all")
                + """
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: Advertisement
                metadata: {name: networks}
                spec:
                  attributes: {communities: ["65001:%d"], med: %d}
                  prefixes:
                """.formatted(number, number)
                + prefixes
                + "  - 2001:db8::/32\n";
    }

    private String daemon(String exportPolicy) {
        return router(65000, ourAddress(0))
                + IntStream.range(0, 2)
                        .mapToObj(i -> peer("neighbour-" + i, theirAddress(i), exportPolicy))
                        .collect(Collectors.joining())
                + """
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: RoutePolicy
                metadata: {name: marked}
                spec:
                  statements:
                  - actions:
                      setCommunity: {communities: ["65000:1"]}
                      policyResult: accept
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: IpPool
                metadata: {name: pods}
                spec: {prefix: 10.128.0.0/16}
                """
                + PodObjects.store(directory.resolve("state"));
    }

    private static String router(int asn, String id) {
        return """
                apiVersion: espalier.dev/v1alpha1
                kind: Router
                metadata: {name: main}
                spec:
                  asn: %d
                  routerId: %s
                  gracefulRestart: {enabled: false}
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: BfdProfile
                metadata: {name: fast}
                spec: {requiredMinReceive: 300, desiredMinTransmit: 300, detectMultiplier: 3}
                """.formatted(asn, id);
    }

    private static String peer(String name, String address, String exportPolicy) {
        return """
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: BgpPeer
                metadata: {name: %s}
                spec:
                  address: %s
                  asn: external
                  timers: {connectRetry: 1}
                  bfdProfile: fast
                  importPolicy: [accept-all]
                  exportPolicy: [%s]
                """.formatted(name, address, exportPolicy);
    }

    private static void remove(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            all.sorted(Comparator.reverseOrder()).forEach(path -> {
                try {
                    Files.delete(path);
                } catch (IOException failure) {
                    throw new UncheckedIOException(failure);
                }
            });
        }
    }
}

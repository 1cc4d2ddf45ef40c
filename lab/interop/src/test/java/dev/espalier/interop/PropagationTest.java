package dev.espalier.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.lab.Namespace;
import dev.espalier.lab.Pause;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * How long it takes from the moment in which a node has an address for certain until all other nodes' kernels know the way to it: ten and fifty
 * daemons, a reflector, etcd. A daemon notes the moment as an event; {@code ip monitor} in every namespace notes the other. First with
 * daemons that have just been started, then with the same after they have heard of {@value #WARMING} addresses, as one has that
 * has run for a while: what Java has not yet compiled takes twice as long. Prints the figures.
 */
@Tag("netns")
@Tag("long")
class PropagationTest {

    private static final int SAMPLES = 100;
    private static final int WARMING = 600;

    /** Blocks of one address: every pod takes a new one. */
    private static final String BLOCKS = pool("blocks", "10.42.0.0/23", 32);

    /** One block of 512 addresses that the first node has: all others must borrow. */
    private static final String BORROWED = pool("borrowed", "10.43.0.0/23", 23);

    /** Blocks of one address again, for pods that nobody measures. */
    private static final String OTHERS = pool("others", "10.44.0.0/22", 32);

    private static String pool(String name, String prefix, int blockLength) {
        return """
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: IpPool
                metadata: {name: %s}
                spec: {prefix: %s, blockLength: %d, cooldown: 0}
                """.formatted(name, prefix, blockLength);
    }

    private static final Pattern STAMP = Pattern.compile("\\[([^\\]]+)\\] ([0-9./]+) .*proto 179.*");

    /** With ten, two processors are enough that daemons seldom wait for each other; with fifty, they mostly do. */
    @ParameterizedTest
    @ValueSource(ints = {10, 50})
    @Timeout(value = 15, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void fromTheCommitToEveryOtherKernel(int size) throws IOException {
        assumeTrue(EtcdCluster.isInstalled(), "etcd is not installed");
        try (PodCluster cluster = new PodCluster("propagation", size, 1, BLOCKS + BORROWED + OTHERS)) {
            List<Namespace> pods = new ArrayList<>();
            Path folder = Files.createTempDirectory("esp-propagation-");
            List<Process> watches = new ArrayList<>();
            try {
                for (PodCluster.Node node : cluster.nodes()) {
                    ProcessBuilder watch = new ProcessBuilder("ip", "-ts", "monitor", "route");
                    watch.redirectOutput(folder.resolve(node.name()).toFile());
                    watches.add(node.namespace().start(watch));
                    pods.add(new Namespace(node.namespace().name() + "-p").create());
                }
                add(cluster.nodes().getFirst(), call("ADD", pods.getFirst(), 1000, "borrowed"));
                Pause.millis(3000);
                cost(cluster, "nothing happens for 10 s", () -> {
                    Pause.millis(10_000);
                    return List.of();
                });
                List<Sample> firstBlocks = cost(cluster, "new blocks", () -> add(cluster, pods, "blocks", 0));
                List<Sample> firstBorrowed = cost(cluster, "borrowed", () -> add(cluster, pods, "borrowed", 0));
                cost(cluster, WARMING + " pods", () -> warm(cluster, pods));
                Pause.millis(10_000);
                List<Sample> blocks = cost(cluster, "new blocks", () -> add(cluster, pods, "blocks", SAMPLES));
                List<Sample> borrowed = cost(cluster, "borrowed", () -> add(cluster, pods, "borrowed", SAMPLES));
                Pause.millis(2000);
                Map<String, List<Instant>> arrivals = arrivals(cluster, folder);
                report("a new block, young daemons", firstBlocks, arrivals, size);
                report("a borrowed address, young daemons", firstBorrowed, arrivals, size);
                report("a new block", blocks, arrivals, size);
                report("a borrowed address", borrowed, arrivals, size);
            } finally {
                watches.forEach(Process::destroyForcibly);
                pods.forEach(Namespace::delete);
            }
        }
    }

    /**
     * An address and when a node had it.
     *
     * @param address the address
     * @param committed when the node had it
     */
    private record Sample(String address, Instant committed) {}

    /** Does something and prints what it took of the two processors. */
    private static List<Sample> cost(PodCluster cluster, String what, Supplier<List<Sample>> work) {
        PodCluster.ProcessorTime before = cluster.processorTime();
        long begin = System.nanoTime();
        List<Sample> samples = work.get();
        PodCluster.ProcessorTime cost = cluster.processorTime().minus(before);
        System.out.printf(
                "%s: %.1f s; processor time of the daemons %.1f s, of the reflector %.1f s, of etcd %.1f s%n",
                what,
                (System.nanoTime() - begin) / 1e9,
                cost.daemons().toMillis() / 1e3,
                cost.reflector().toMillis() / 1e3,
                cost.etcd().toMillis() / 1e3);
        return samples;
    }

    /** Makes pods on all nodes at once. */
    private static List<Sample> warm(PodCluster cluster, List<Namespace> pods) {
        int others = pods.size() - 1;
        IntStream.rangeClosed(1, others).parallel().forEach(index -> {
            for (int number = 0; number < WARMING / others; number++) {
                add(cluster.nodes().get(index), call("ADD", pods.get(index), number, "others"));
            }
        });
        return List.of();
    }

    /** Makes a pod on one node after another; each keeps its address, so that the next takes another. */
    private static List<Sample> add(PodCluster cluster, List<Namespace> pods, String pool, int from) {
        List<Sample> samples = new ArrayList<>();
        for (int number = from; number < from + SAMPLES; number++) {
            int index = 1 + number % (pods.size() - 1);
            PodCluster.Node node = cluster.nodes().get(index);
            String address = add(node, call("ADD", pods.get(index), number, pool));
            Pause.millis(200);
            samples.add(new Sample(address, moment(node, address)));
        }
        return samples;
    }

    private static String add(PodCluster.Node node, CniCall call) {
        CniCall.Answer answer = node.ask(call);
        assertThat(answer.succeeded()).as("%s", answer.json()).isTrue();
        return answer.address(".");
    }

    private static CniCall call(String command, Namespace pod, int number, String pool) {
        return CniCall.of(command, pod)
                .with("CNI_CONTAINERID", pool + "-" + number)
                .with("CNI_IFNAME", pool.charAt(1) + Integer.toString(number))
                .config("{\"ipam\": {\"type\": \"espalier\", \"pools\": [\"" + pool + "\"]}}");
    }

    private static Instant moment(PodCluster.Node node, String address) {
        Instant moment = null;
        for (JsonNode event : node.daemon().get("/api/v1/events?follow=false")) {
            if (event.path("kind").asText().equals("pods.announced")
                    && event.path("subject").asText().equals(address + "/32")) {
                moment = Instant.parse(event.path("time").asText());
            }
        }
        assertThat(moment).as(address).isNotNull();
        return moment;
    }

    /** When kernels heard of each address. */
    private static Map<String, List<Instant>> arrivals(PodCluster cluster, Path folder) throws IOException {
        Map<String, List<Instant>> arrivals = new HashMap<>();
        for (PodCluster.Node node : cluster.nodes()) {
            for (String line : Files.readAllLines(folder.resolve(node.name()))) {
                Matcher stamp = STAMP.matcher(line);
                if (stamp.matches()) {
                    Instant when = LocalDateTime.parse(stamp.group(1))
                            .atZone(ZoneId.systemDefault())
                            .toInstant();
                    arrivals.computeIfAbsent(stamp.group(2), _ -> new ArrayList<>())
                            .add(when);
                }
            }
        }
        return arrivals;
    }

    private static void report(String what, List<Sample> samples, Map<String, List<Instant>> arrivals, int size) {
        List<Double> all = new ArrayList<>();
        List<Double> last = new ArrayList<>();
        for (Sample sample : samples) {
            List<Double> millis = arrivals.getOrDefault(sample.address(), List.of()).stream()
                    .map(when -> Duration.between(sample.committed(), when).toNanos() / 1e6)
                    .sorted()
                    .toList();
            assertThat(millis).as(sample.address()).hasSize(size - 1);
            all.addAll(millis);
            last.add(millis.getLast());
        }
        System.out.printf(
                "%s, %d nodes: %d samples: p50 %.1f ms, p99 %.1f ms; the last kernel of each: p50 %.1f ms, p99 %.1f ms%n",
                what, size, samples.size(), at(all, 0.5), at(all, 0.99), at(last, 0.5), at(last, 0.99));
    }

    private static double at(List<Double> values, double quantile) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.get((int) Math.min(sorted.size() - 1, Math.ceil(quantile * sorted.size()) - 1));
    }
}

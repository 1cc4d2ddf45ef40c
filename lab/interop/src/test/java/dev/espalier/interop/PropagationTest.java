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
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * How long it takes from the moment in which a node has an address for certain until all other nodes' kernels know the way to it: fifty
 * daemons, a reflector, etcd. A daemon notes the moment as an event; {@code ip monitor} in every namespace notes the other. Prints the
 * figures.
 */
@Tag("netns")
@Tag("long")
class PropagationTest {

    private static final int NODES = 50;
    private static final int SAMPLES = 100;

    /** Blocks of one address: every pod takes a new one. */
    private static final String BLOCKS = pool("blocks", "10.42.0.0/24", 32);

    /** One block of 256 addresses that the first node has: all others must borrow. */
    private static final String BORROWED = pool("borrowed", "10.43.0.0/24", 24);

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

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void fromTheCommitToEveryOtherKernel() throws IOException {
        assumeTrue(EtcdCluster.isInstalled(), "etcd is not installed");
        try (PodCluster cluster = new PodCluster("propagation", NODES, 1, BLOCKS + BORROWED)) {
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
                add(cluster.nodes().getFirst(), pods.getFirst(), "owner", "borrowed");
                Pause.millis(3000);
                Map<String, Instant> blocks = add(cluster, pods, "blocks");
                Map<String, Instant> borrowed = add(cluster, pods, "borrowed");
                Pause.millis(2000);
                Map<String, List<Instant>> arrivals = arrivals(cluster, folder);
                report("a new block", blocks, arrivals);
                report("a borrowed address", borrowed, arrivals);
            } finally {
                watches.forEach(Process::destroyForcibly);
                pods.forEach(Namespace::delete);
            }
        }
    }

    /** Makes and ends a pod on one node after another; returns when the node had each address. */
    private static Map<String, Instant> add(PodCluster cluster, List<Namespace> pods, String pool) {
        Map<String, Instant> committed = new HashMap<>();
        for (int sample = 0; sample < SAMPLES; sample++) {
            int index = 1 + sample % (NODES - 1);
            PodCluster.Node node = cluster.nodes().get(index);
            String container = pool + "-" + sample;
            String address = add(node, pods.get(index), container, pool);
            Pause.millis(150);
            committed.put(address, moment(node, address));
            assertThat(node.ask(call("DEL", pods.get(index), container, pool)).succeeded())
                    .isTrue();
            Pause.millis(50);
        }
        return committed;
    }

    private static String add(PodCluster.Node node, Namespace pod, String container, String pool) {
        CniCall.Answer answer = node.ask(call("ADD", pod, container, pool));
        assertThat(answer.succeeded()).as("%s", answer.json()).isTrue();
        return answer.address(".");
    }

    private static CniCall call(String command, Namespace pod, String container, String pool) {
        return CniCall.of(command, pod)
                .with("CNI_CONTAINERID", container)
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

    /** When each kernel heard of each address, for the first time after anybody had it last. */
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

    private static void report(String what, Map<String, Instant> committed, Map<String, List<Instant>> arrivals) {
        List<Double> millis = new ArrayList<>();
        committed.forEach((address, begin) -> {
            List<Instant> heard = arrivals.getOrDefault(address, List.of()).stream()
                    .filter(when -> !when.isBefore(begin.minusMillis(1)))
                    .toList();
            assertThat(heard).as(address).hasSizeGreaterThanOrEqualTo(NODES - 1);
            heard.stream()
                    .limit(NODES - 1)
                    .forEach(when -> millis.add(Duration.between(begin, when).toNanos() / 1e6));
        });
        double[] sorted =
                millis.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        double[] last = committed.entrySet().stream()
                .mapToDouble(each -> arrivals.get(each.getKey()).stream()
                        .filter(when -> !when.isBefore(each.getValue().minusMillis(1)))
                        .limit(NODES - 1)
                        .mapToDouble(
                                when -> Duration.between(each.getValue(), when).toNanos() / 1e6)
                        .max()
                        .orElseThrow())
                .sorted()
                .toArray();
        System.out.printf(
                "%s: %d samples x %d kernels: p50 %.1f ms, p99 %.1f ms; the last kernel of each: p50 %.1f ms, p99 %.1f ms%n",
                what, committed.size(), NODES - 1, at(sorted, 0.5), at(sorted, 0.99), at(last, 0.5), at(last, 0.99));
        assertThat(Arrays.stream(sorted).allMatch(Double::isFinite)).isTrue();
    }

    private static double at(double[] sorted, double quantile) {
        return sorted[(int) Math.min(sorted.length - 1, Math.ceil(quantile * sorted.length) - 1)];
    }
}

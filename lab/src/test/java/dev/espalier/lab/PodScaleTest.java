package dev.espalier.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.lab.PodProof.Kind;
import dev.espalier.lab.Topology.Encapsulation;
import dev.espalier.lab.Topology.EncapsulationMode;
import dev.espalier.lab.Topology.Mode;
import dev.espalier.lab.Topology.NodeDaemon;
import dev.espalier.lab.Topology.Pods;
import dev.espalier.lab.Topology.Rack;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A thousand pods on twenty nodes in four racks: each reaches twenty others. Says how long it took and what the daemons weigh. */
@Tag("netns")
@Tag("long")
@Timeout(value = 15, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PodScaleTest {

    private static final int RACKS = 4;
    private static final int NODES_OF_RACK = 5;
    private static final int PODS_OF_NODE = 50;

    /** How many others of each kind a pod sends to: the same node, the same rack, another rack. */
    private static final Map<Kind, Integer> TARGETS =
            Map.of(Kind.SAME_NODE, 6, Kind.SAME_RACK, 7, Kind.ACROSS_RACKS, 7);

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final String name = "labscale" + ProcessHandle.current().pid();
    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    @AfterEach
    void removeLab() {
        Lab.down(name);
    }

    @Test
    void everyOfAThousandPodsReachesTwentyOthersOnItsNodeInItsRackAndAcross() {
        long seed = Long.getLong("seed", System.nanoTime());
        long start = System.nanoTime();
        Lab lab = Lab.up(topology(), out);
        out.printf("up after %.1f s, -Dseed=%d%n", secondsSince(start), seed);

        List<Endpoint> pods = lab.pods();
        assertThat(pods).hasSize(RACKS * NODES_OF_RACK * PODS_OF_NODE);
        assertThat(pods).extracting(Endpoint::address).doesNotHaveDuplicates();
        Map<Endpoint, List<Endpoint>> targets = targets(lab, pods, new Random(seed));
        long sending = System.nanoTime();
        try (Echoes echoes = Echoes.among(pods)) {
            assertThat(echoes.unanswered(targets, PATIENCE)).isEmpty();
        }
        out.printf(
                "%d pairs answered after %.1f s%n",
                targets.values().stream().mapToInt(List::size).sum(), secondsSince(sending));
        reportMemory(lab);
        lab.provePods()
                .forEach(proof -> out.printf("%s: %.2f ms%n", proof.kind().words(), proof.pingMilliseconds()));

        long removing = System.nanoTime();
        Lab.down(name);
        out.printf("down after %.1f s%n", secondsSince(removing));
        assertThat(Traces.of(name)).isEmpty();
    }

    private Topology topology() {
        List<Rack> racks = IntStream.rangeClosed(1, RACKS)
                .mapToObj(rack -> new Rack(
                        "tor-" + rack,
                        IntStream.rangeClosed(1, NODES_OF_RACK)
                                .mapToObj(place -> "node-" + ((rack - 1) * NODES_OF_RACK + place))
                                .toList()))
                .toList();
        return new Topology(
                name,
                Mode.EBGP,
                NodeDaemon.ESPALIER,
                List.of("spine-1", "spine-2"),
                racks,
                List.of(),
                new Pods(PODS_OF_NODE, Encapsulation.NONE, EncapsulationMode.ALWAYS));
    }

    private static Map<Endpoint, List<Endpoint>> targets(Lab lab, List<Endpoint> pods, Random random) {
        Fabric fabric = FabricPlan.of(lab.topology());
        Map<String, Pod> byName = fabric.pods().stream().collect(Collectors.toMap(Pod::name, Function.identity()));
        Map<Endpoint, List<Endpoint>> targets = new TreeMap<>(Comparator.comparing(Endpoint::name));
        for (Endpoint from : pods) {
            List<Endpoint> shuffled = new ArrayList<>(pods);
            Collections.shuffle(shuffled, random);
            List<Endpoint> chosen = new ArrayList<>();
            TARGETS.forEach((kind, count) -> shuffled.stream()
                    .filter(to -> PodPairs.kind(fabric, byName.get(from.name()), byName.get(to.name()))
                            .filter(kind::equals)
                            .isPresent())
                    .limit(count)
                    .forEach(chosen::add));
            targets.put(from, chosen);
        }
        return targets;
    }

    /** Resident memory, which counts what the daemons share once for each of them. */
    private void reportMemory(Lab lab) {
        List<Namespace> nodes = FabricPlan.of(lab.topology()).boxes(Box.Role.NODE).stream()
                .map(node -> lab.namespace(node.name()))
                .toList();
        LongSummaryStatistics resident = Processes.inside(nodes).stream()
                .mapToLong(daemon -> residentKilobytes(daemon.pid()))
                .summaryStatistics();
        assertThat(resident.getCount()).isEqualTo(nodes.size());
        out.printf(
                "resident memory of %d daemons with %d pods each: mean %.0f MB, most %.0f MB%n",
                resident.getCount(), PODS_OF_NODE, resident.getAverage() / 1024, resident.getMax() / 1024.0);
    }

    private static long residentKilobytes(long pid) {
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    private static double secondsSince(long start) {
        return (System.nanoTime() - start) / 1e9;
    }
}

package dev.espalier.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.lab.Namespace;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * How long a runtime waits for a pod: from the start of the plugin, as it is installed, to its end, the pod wired; and the part of that
 * which the daemon takes. With the daemon's own flags, state in files. Prints the figures, and judges none: that is for an idle machine.
 */
@Tag("netns")
@Tag("long")
@Timeout(value = 300, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CniLatencyTest {

    private static final int PODS = 100;
    private static final String CONFIG = "{\"cniVersion\": \"1.0.0\", \"name\": \"pods\", \"type\": \"espalier-cni\"}";

    private Rig rig;
    private Espalier us;
    private final List<Namespace> pods = new ArrayList<>();

    @BeforeEach
    void create() {
        rig = Rig.create("latency");
        us = new Espalier(rig, List.of("-Xmx512m"));
        us.start("""
                apiVersion: espalier.dev/v1alpha1
                kind: StateStore
                metadata: {name: here}
                spec: {path: %s}
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: IpPool
                metadata: {name: fours}
                spec: {prefix: 10.42.0.0/16, cooldown: 0}
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: IpPool
                metadata: {name: sixes}
                spec: {prefix: "2001:db8:42::/64", cooldown: 0}
                """.formatted(rig.directory().resolve("state")));
        CniInstall.into(rig.directory());
        IntStream.range(0, PODS).forEach(i -> pods.add(new Namespace(rig.ours().name() + "-p" + i).create()));
    }

    @AfterEach
    void remove() {
        pods.parallelStream().forEach(Namespace::delete);
        us.close();
        rig.close();
    }

    @Test
    void whatARuntimeWaitsFor() throws Exception {
        report("ADD, plugin, first in the daemon's life", pods.subList(0, 1), pod -> plugin("ADD", pod));
        report("DEL, plugin, first", pods.subList(0, 1), pod -> plugin("DEL", pod));
        for (int round = 1; round <= 3; round++) {
            System.out.println("round " + round);
            report("ADD, plugin", pods, pod -> plugin("ADD", pod));
            report("DEL, plugin", pods, pod -> plugin("DEL", pod));
            report("ADD, daemon", pods, pod -> daemon("ADD", pod));
            report("DEL, daemon", pods, pod -> daemon("DEL", pod));
            together("ADD");
            together("DEL");
        }
    }

    /** Starts the program and waits for its end. */
    private double plugin(String command, Namespace pod) {
        long begin = System.nanoTime();
        ProcessBuilder builder = new ProcessBuilder(
                rig.directory().resolve("bin").resolve("espalier-cni").toString());
        builder.environment().put("CNI_COMMAND", command);
        builder.environment().put("CNI_CONTAINERID", pod.name());
        builder.environment().put("CNI_NETNS", "/run/netns/" + pod.name());
        builder.environment().put("CNI_IFNAME", "eth0");
        builder.environment().put("CNI_PATH", "/opt/cni/bin");
        try {
            Process process = builder.start();
            try (OutputStream in = process.getOutputStream()) {
                in.write(CONFIG.getBytes(StandardCharsets.UTF_8));
            }
            String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(answer).isZero();
        } catch (IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
        return (System.nanoTime() - begin) / 1e6;
    }

    /** The same without the program: the daemon's part, and a Unix socket. */
    private double daemon(String command, Namespace pod) {
        Path socket = rig.directory().resolve("espalier.sock");
        long begin = System.nanoTime();
        CniCall.Answer answer = CniCall.of(command, pod).config(CONFIG).to(socket);
        double millis = (System.nanoTime() - begin) / 1e6;
        assertThat(answer.succeeded()).as("%s", answer.json()).isTrue();
        return millis;
    }

    private static void report(String what, List<Namespace> pods, ToDoubleFunction<Namespace> call) {
        double[] millis = pods.stream().mapToDouble(call).sorted().toArray();
        System.out.printf(
                "%-40s n %3d  p50 %6.1f ms  p95 %6.1f ms  max %6.1f ms%n",
                what, millis.length, at(millis, 0.5), at(millis, 0.95), millis[millis.length - 1]);
    }

    private void together(String command) throws Exception {
        try (ExecutorService runtimes = Executors.newFixedThreadPool(PODS)) {
            long begin = System.nanoTime();
            List<Future<Double>> calls = new ArrayList<>();
            for (Namespace pod : pods) {
                calls.add(runtimes.submit(() -> plugin(command, pod)));
            }
            double[] millis = new double[PODS];
            for (int i = 0; i < PODS; i++) {
                millis[i] = calls.get(i).get();
            }
            double all = (System.nanoTime() - begin) / 1e9;
            Arrays.sort(millis);
            System.out.printf("%-40s n %3d  all after %.2f s%n", command + ", plugin, all at once", PODS, all);
        }
    }

    private static double at(double[] sorted, double quantile) {
        return sorted[(int) Math.min(sorted.length - 1, Math.ceil(quantile * sorted.length) - 1)];
    }
}

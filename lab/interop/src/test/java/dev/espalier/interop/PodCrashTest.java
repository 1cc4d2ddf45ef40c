package dev.espalier.interop;

import static dev.espalier.interop.Eventually.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.lab.Namespace;
import dev.espalier.lab.Pause;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Five nodes make and end pods without pause, while their daemons are killed at any moment, and etcd's members too, the leader first. No
 * address is given twice, none is lost, and all pods that run can be reached.
 */
@Tag("netns")
class PodCrashTest {

    private static final int NODES = 5;
    private static final int PODS = 6;

    /** Small blocks, and few of them, so that addresses are borrowed too. */
    private static final String POOLS = """
            ---
            apiVersion: espalier.dev/v1alpha1
            kind: IpPool
            metadata: {name: pods}
            spec: {prefix: 10.42.0.0/26, blockLength: 29, cooldown: 2}
            """;

    private final Map<String, String> addresses = new ConcurrentHashMap<>();
    private final AtomicInteger made = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final List<Throwable> mistakes = java.util.Collections.synchronizedList(new ArrayList<>());
    private volatile boolean ended;

    @Test
    @Timeout(value = 150, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void daemonsThatAreKilledNeitherLoseNorDoubleAnAddress() throws Exception {
        run(6, 20261128);
    }

    @Test
    @Tag("long")
    @Timeout(value = 30, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void twoHundredTimes() throws Exception {
        run(200, 5);
    }

    private void run(int kills, long seed) throws Exception {
        assumeTrue(EtcdCluster.isInstalled(), "etcd is not installed");
        Random random = new Random(seed);
        try (PodCluster cluster = new PodCluster("crash", NODES, 3, POOLS)) {
            List<PodMaker> runtimes = new ArrayList<>();
            List<Thread> threads = new ArrayList<>();
            try {
                for (PodCluster.Node node : cluster.nodes()) {
                    PodMaker runtime = new PodMaker(node, new Random(random.nextLong()));
                    runtimes.add(runtime);
                    threads.add(Thread.ofPlatform().name(node.name()).start(runtime));
                }
                for (int kill = 1; kill <= kills; kill++) {
                    Pause.millis(random.nextInt(500));
                    Espalier victim = cluster.nodes().get(random.nextInt(NODES)).daemon();
                    victim.kill();
                    if (kill % 8 == 4) {
                        restartLeader(cluster.etcd());
                    }
                    victim.start();
                }
                ended = true;
                for (Thread thread : threads) {
                    thread.join();
                }
                assertThat(mistakes).isEmpty();
                assertThat(made.get()).as("pods made").isGreaterThan(kills);
                judge(cluster);
                System.out.printf(
                        "%d kills, seed %d: %d pods made, %d calls refused, %d run at the end%n",
                        kills, seed, made.get(), refused.get(), addresses.size());
            } finally {
                ended = true;
                runtimes.forEach(PodMaker::close);
            }
        }
    }

    private static void restartLeader(EtcdCluster etcd) {
        int leader = etcd.leader();
        int member = Math.max(leader, 0);
        etcd.kill(member);
        etcd.awaitLeader();
        etcd.start(member);
    }

    private void judge(PodCluster cluster) {
        within(60, () -> {
            JsonNode ipam = cluster.nodes().getFirst().daemon().get("/api/v1/ipam");
            Set<String> given = new TreeSet<>();
            for (JsonNode block : ipam.path("blocks")) {
                block.path("allocations")
                        .forEach(each -> given.add(each.path("address").asText()));
            }
            assertThat(given).isEqualTo(new TreeSet<>(addresses.values()));
            assertThat(ipam.path("findings")).isEmpty();
        });
        for (PodCluster.Node node : cluster.nodes()) {
            assertThat(node.daemon().get("/api/v1/pods"))
                    .allSatisfy(pod -> assertThat(pod.path("problem").isNull())
                            .as("%s", pod)
                            .isTrue());
        }
        within(20, () -> assertThat(addresses.values()).allSatisfy(address -> assertThat(cluster.hub()
                        .command("ping", "-c", "1", "-W", "1", address)
                        .run()
                        .succeeded())
                .as(address)
                .isTrue()));
    }

    /** What a container runtime does on one node: makes and ends pods, and repeats what was not answered. */
    private final class PodMaker implements Runnable, AutoCloseable {

        private final PodCluster.Node node;
        private final Random random;
        private final List<Namespace> namespaces = new ArrayList<>();
        private final String[] running = new String[PODS];
        private int containers;

        PodMaker(PodCluster.Node node, Random random) {
            this.node = node;
            this.random = random;
            for (int i = 0; i < PODS; i++) {
                namespaces.add(new Namespace(node.namespace().name() + "-p" + i).create());
            }
        }

        @Override
        public void run() {
            try {
                while (!ended) {
                    int pod = random.nextInt(PODS);
                    if (running[pod] == null) {
                        add(pod);
                    } else {
                        String container = running[pod];
                        running[pod] = null;
                        addresses.remove(container);
                        end(pod, container);
                    }
                    Pause.millis(random.nextInt(60));
                }
            } catch (RuntimeException | AssertionError mistake) {
                mistakes.add(mistake);
            }
        }

        private void add(int pod) {
            String container = node.name() + "-" + pod + "-" + ++containers;
            try {
                CniCall.Answer answer = node.ask(call("ADD", pod, container));
                if (answer.succeeded()) {
                    String address = answer.address(".");
                    assertThat(addresses.values()).doesNotContain(address);
                    addresses.put(container, address);
                    running[pod] = container;
                    made.incrementAndGet();
                    return;
                }
                assertThat(answer.code()).as(answer.error()).isEqualTo(11);
            } catch (java.io.UncheckedIOException daemonAway) {
                // its answer was not heard: it may have been done or not
            }
            refused.incrementAndGet();
            end(pod, container);
        }

        private void end(int pod, String container) {
            while (true) {
                try {
                    CniCall.Answer answer = node.ask(call("DEL", pod, container));
                    if (answer.succeeded()) {
                        return;
                    }
                    assertThat(answer.code()).as(answer.error()).isEqualTo(11);
                } catch (java.io.UncheckedIOException daemonAway) {
                    // again
                }
                Pause.millis(50);
            }
        }

        private CniCall call(String command, int pod, String container) {
            return CniCall.of(command, namespaces.get(pod)).with("CNI_CONTAINERID", container);
        }

        @Override
        public void close() {
            namespaces.forEach(Namespace::delete);
        }
    }
}

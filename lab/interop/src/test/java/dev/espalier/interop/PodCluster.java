package dev.espalier.interop;

import static dev.espalier.interop.Eventually.within;
import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.lab.Cable;
import dev.espalier.lab.Namespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A cluster in namespaces: a hub with a bridge, etcd and a reflector, and nodes on the bridge, each with a daemon that keeps its addresses
 * in etcd and announces its blocks to the reflector. The hub's kernel has all routes.
 */
final class PodCluster implements AutoCloseable {

    static final String HUB = "10.30.0.254";

    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final String ROUTER = """
            apiVersion: espalier.dev/v1alpha1
            kind: Router
            metadata: {name: main}
            spec: {asn: 65001}
            """;

    private final Path directory;
    private final Namespace hub;
    private final EtcdCluster etcd;
    private final Espalier reflector;
    private final List<Node> nodes = new ArrayList<>();

    /**
     * A node.
     *
     * @param name as the state names it
     * @param namespace where it is
     * @param daemon its daemon
     * @param folder the daemon's
     */
    record Node(String name, Namespace namespace, Espalier daemon, Path folder) {

        CniCall.Answer ask(CniCall call) {
            return call.to(folder.resolve("espalier.sock"));
        }
    }

    /**
     * Starts all.
     *
     * @param size how many nodes
     * @param etcdMembers how many members etcd has
     * @param pools the pools, as objects
     */
    PodCluster(String purpose, int size, int etcdMembers, String pools) {
        String prefix = "esp-pc-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();
        try {
            directory = Files.createTempDirectory("esp-pc-" + purpose + "-");
            hub = new Namespace(prefix + "-hub").create();
            hub.ip(List.of("link add br0 type bridge", "link set br0 up", "addr add " + HUB + "/24 dev br0"));
            etcd = new EtcdCluster(hub, Files.createDirectory(directory.resolve("etcd")), HUB, etcdMembers);
            reflector = new Espalier(hub, Files.createDirectory(directory.resolve("hub")));
            reflector.start(ROUTER + """
                    ---
                    apiVersion: espalier.dev/v1alpha1
                    kind: BgpPeer
                    metadata: {name: nodes}
                    spec: {listenRange: {prefix: 10.30.0.0/24}, asn: internal, routeReflectorClient: true}
                    """);
            for (int i = 1; i <= size; i++) {
                nodes.add(node(prefix, i));
            }
            nodes.parallelStream().forEach(node -> node.daemon().start(objects(pools)));
            within(30, () -> assertThat(reflector.get("/api/v1/peers").findValuesAsText("state"))
                    .filteredOn("Established"::equals)
                    .hasSize(size));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private Node node(String prefix, int number) throws IOException {
        Namespace namespace = new Namespace(prefix + "-n" + number).create();
        Cable.between(namespace, "eth0", hub, "port" + number).create();
        hub.ip("link set port" + number + " master br0");
        namespace.ip(List.of("addr add 10.30.0." + number + "/24 dev eth0", "route add default via " + HUB));
        Path folder = Files.createDirectory(directory.resolve("n" + number));
        String name = "n" + number;
        return new Node(name, namespace, new Espalier(namespace, folder).called(name), folder);
    }

    private String objects(String pools) {
        return ROUTER + """
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: BgpPeer
                metadata: {name: hub}
                spec: {address: %s, asn: internal, timers: {connectRetry: 1}}
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: StateStore
                metadata: {name: cluster}
                spec: {etcd: {endpoints: %s}}
                """.formatted(HUB, etcd.endpoints()) + pools;
    }

    /**
     * What the processor did for the cluster so far.
     *
     * @param daemons for the nodes' daemons
     * @param reflector for the reflector
     * @param etcd for etcd's members
     */
    record ProcessorTime(Duration daemons, Duration reflector, Duration etcd) {

        ProcessorTime minus(ProcessorTime before) {
            return new ProcessorTime(
                    daemons.minus(before.daemons), reflector.minus(before.reflector), etcd.minus(before.etcd));
        }
    }

    ProcessorTime processorTime() {
        return new ProcessorTime(
                nodes.stream().map(node -> timeOf(node.daemon().pid())).reduce(Duration.ZERO, Duration::plus),
                timeOf(reflector.pid()),
                etcd.pids().mapToObj(PodCluster::timeOf).reduce(Duration.ZERO, Duration::plus));
    }

    private static Duration timeOf(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().totalCpuDuration())
                .orElse(Duration.ZERO);
    }

    List<Node> nodes() {
        return nodes;
    }

    Namespace hub() {
        return hub;
    }

    Espalier reflector() {
        return reflector;
    }

    EtcdCluster etcd() {
        return etcd;
    }

    @Override
    public void close() {
        nodes.forEach(node -> node.daemon().close());
        reflector.close();
        etcd.close();
        nodes.forEach(node -> node.namespace().delete());
        hub.delete();
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}

package dev.espalier.interop;

import static dev.espalier.interop.Eventually.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.lab.Cable;
import dev.espalier.lab.Command;
import dev.espalier.lab.Namespace;
import dev.espalier.linux.NetworkNamespace;
import dev.espalier.linux.PodLink;
import dev.espalier.linux.PodLinks;
import dev.espalier.net.IpAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * How much of what two hosts can send each other is left to their pods, without encapsulation and with VXLAN. The three are measured in
 * turns, and what counts is the ratio of medians. The link has the speed of a network card, which {@value #LINK} stands for; without, all
 * would be a question of how fast this machine copies, and each hop on it would count as much as the cable. That, too, is printed.
 */
@Tag("netns")
@Tag("long")
@Timeout(value = 300, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TunnelThroughputTest {

    private static final String LINK = "2500mbit";
    private static final int ROUNDS = 5;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String prefix = "esp-thr-" + ProcessHandle.current().pid();
    private final List<Namespace> nodes = List.of(new Namespace(prefix + "-a"), new Namespace(prefix + "-b"));
    private final List<Namespace> pods = List.of(new Namespace(prefix + "-pa"), new Namespace(prefix + "-pb"));
    private final List<Espalier> daemons = new ArrayList<>();
    private final List<Path> directories = new ArrayList<>();
    private final List<Process> servers = new ArrayList<>();

    @BeforeEach
    void twoNodesWithAPodEach() throws IOException {
        assumeTrue(Command.isInstalled("iperf3"), "iperf3 is not installed");
        nodes.forEach(Namespace::create);
        pods.forEach(Namespace::create);
        Cable.between(nodes.get(0), "eth0", nodes.get(1), "eth0").create();
        for (int i = 0; i < 2; i++) {
            Namespace node = nodes.get(i);
            node.ip("address add 10.1.0." + (i + 1) + "/24 dev eth0");
            node.sysctl(Map.of("net.ipv4.ip_forward", 1));
            directories.add(Files.createTempDirectory("esp-thr-"));
            daemons.add(new Espalier(node, directories.getLast()));
            servers.add(iperf(node));
        }
    }

    @AfterEach
    void remove() throws IOException {
        daemons.forEach(Espalier::close);
        servers.forEach(Process::destroyForcibly);
        nodes.forEach(Namespace::delete);
        pods.forEach(Namespace::delete);
        for (Path directory : directories) {
            try (var files = Files.list(directory)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(directory);
        }
    }

    private static Process iperf(Namespace where) {
        return where.start(new ProcessBuilder("iperf3", "-s")
                .redirectErrorStream(true)
                .redirectOutput(Path.of("/dev/null").toFile()));
    }

    private void wire(int mtu) throws IOException {
        for (int i = 0; i < 2; i++) {
            String handle = "pods/" + i + "/eth0";
            PodLink link =
                    new PodLink(handle, "eth0", PodLink.macOf(handle), mtu, "", List.of(IpAddress.parse(pod(i))));
            try (PodLinks links =
                    new PodLinks(NetworkNamespace.named(nodes.get(i).name()))) {
                links.remove(link.hostName());
                links.make(NetworkNamespace.named(pods.get(i).name()), link);
            }
        }
    }

    private static String pod(int node) {
        return "10.244." + (node + 1) + ".1";
    }

    private String configuration(int node, String encapsulation) {
        return """
                apiVersion: espalier.dev/v1alpha1
                kind: Router
                metadata: {name: main}
                spec: {asn: 65000}
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: IpPool
                metadata: {name: pods}
                spec: {prefix: 10.244.0.0/16, encapsulation: %s, nodeSelector: {elsewhere: "true"}}
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: Advertisement
                metadata: {name: block}
                spec: {prefixes: [10.244.%d.0/26]}
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: BgpPeer
                metadata: {name: other}
                spec: {address: 10.1.0.%d, asn: 65000, timers: {connectRetry: 1}}
                """.formatted(encapsulation, node + 1, 2 - node);
    }

    private void encapsulate(String encapsulation, String device, int mtu) throws IOException {
        for (int i = 0; i < 2; i++) {
            daemons.get(i).reload(configuration(i, encapsulation));
        }
        within(15, () -> {
            assertThat(nodes.get(0).ip("route show 10.244.2.0/26")).contains("dev " + device);
            assertThat(nodes.get(1).ip("route show 10.244.1.0/26")).contains("dev " + device);
        });
        wire(mtu);
    }

    /** Megabits per second of one TCP connection, as the receiver counts them. */
    private static double measure(Namespace from, String to) throws IOException {
        String report = new Command(
                        from.command("iperf3", "-J", "-c", to, "-t", "2", "-O", "0.5")
                                .argv(),
                        "",
                        Duration.ofSeconds(20))
                .output();
        return JSON.readTree(report).at("/end/sum_received/bits_per_second").asDouble() / 1e6;
    }

    private static double median(List<Double> figures) {
        return figures.stream().sorted().toList().get(figures.size() / 2);
    }

    @Test
    void podsHaveNearlyAllOfTheLinkWithoutEncapsulation() throws IOException {
        for (int i = 0; i < 2; i++) {
            daemons.get(i).start(configuration(i, "none"));
            servers.add(iperf(pods.get(i)));
        }
        for (String link : List.of(LINK, "")) {
            for (Namespace node : nodes) {
                node.command("tc", "qdisc", "del", "dev", "eth0", "root").run();
                if (!link.isEmpty()) {
                    node.exec(
                            "tc", "qdisc", "add", "dev", "eth0", "root", "tbf", "rate", link, "burst", "2m", "latency",
                            "20ms");
                }
            }
            List<Double> bare = new ArrayList<>();
            List<Double> plain = new ArrayList<>();
            List<Double> vxlan = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                bare.add(measure(nodes.get(0), "10.1.0.2"));
                encapsulate("none", "eth0", 1500);
                plain.add(measure(pods.get(0), pod(1)));
                encapsulate("vxlan", "vxlan.esp", 1450);
                vxlan.add(measure(pods.get(0), pod(1)));
            }
            System.out.printf(
                    Locale.ROOT,
                    "link %s: hosts %.0f Mbit/s, pods %.0f (%.3f of it), pods through VXLAN %.0f (%.3f)%n",
                    link.isEmpty() ? "as fast as this machine" : link,
                    median(bare),
                    median(plain),
                    median(plain) / median(bare),
                    median(vxlan),
                    median(vxlan) / median(bare));
            if (!link.isEmpty()) {
                assertThat(median(plain) / median(bare)).as("pods to hosts").isGreaterThanOrEqualTo(0.95);
            }
        }
    }
}

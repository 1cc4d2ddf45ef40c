package dev.espalier.interop;

import static dev.espalier.interop.Eventually.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.lab.Cable;
import dev.espalier.lab.Command;
import dev.espalier.lab.Namespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Three nodes that run Espalier, two in one subnet and one in another, behind a router that knows nothing of the pods' addresses: what
 * the pool's encapsulation says decides who is reached at all.
 */
@Tag("netns")
@Timeout(value = 90, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TunnelTest {

    private static final Map<String, String> NODES = Map.of("a", "10.1.0.1", "b", "10.1.0.2", "c", "10.2.0.3");

    private final String prefix = "esp-tun-" + ProcessHandle.current().pid();
    private final Namespace router = new Namespace(prefix + "-r");
    private final Map<String, Namespace> nodes = new LinkedHashMap<>();
    private final Map<String, Espalier> daemons = new LinkedHashMap<>();
    private final List<Path> directories = new ArrayList<>();

    @BeforeEach
    void threeNodes() throws IOException {
        assumeTrue(Command.isInstalled("nft"), "nft is not installed");
        router.create();
        router.sysctl(Map.of("net.ipv4.ip_forward", 1));
        for (int subnet : List.of(1, 2)) {
            router.ip(List.of(
                    "link add lan" + subnet + " type bridge",
                    "address add 10." + subnet + ".0.254/24 dev lan" + subnet,
                    "link set lan" + subnet + " up"));
        }
        for (String name : List.of("a", "b", "c")) {
            String address = NODES.get(name);
            String subnet = address.substring(3, 4);
            Namespace node = new Namespace(prefix + "-" + name).create();
            nodes.put(name, node);
            Cable.between(node, "eth0", router, "to-" + name).create();
            router.ip("link set to-" + name + " master lan" + subnet);
            node.ip(List.of(
                    "address add " + address + "/24 dev eth0",
                    "route add default via 10." + subnet + ".0.254",
                    // what a pod would have
                    "address add " + pod(name) + "/32 dev lo"));
            node.sysctl(Map.of("net.ipv4.ip_forward", 1));
            Path directory = Files.createTempDirectory("esp-tun-" + name + "-");
            directories.add(directory);
            daemons.put(name, new Espalier(node, directory));
        }
    }

    @AfterEach
    void remove() {
        daemons.values().forEach(Espalier::close);
        nodes.values().forEach(Namespace::delete);
        router.delete();
        directories.forEach(TunnelTest::delete);
    }

    private static void delete(Path directory) {
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** 10.244.10.129 for the first node, in 10.244.10.128/25. */
    private static String pod(String name) {
        return block(name).replace("128/25", "129");
    }

    private static String block(String name) {
        return "10.244." + number(name) + ".128/25";
    }

    private static int number(String name) {
        return 10 + name.charAt(0) - 'a';
    }

    private String configuration(String name, String encapsulation) {
        StringBuilder text = new StringBuilder(
                """
                apiVersion: espalier.dev/v1alpha1
                kind: Router
                metadata: {name: main}
                spec: {asn: 65000}
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: Advertisement
                metadata: {name: block}
                spec: {prefixes: [%s]}
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: StateStore
                metadata: {name: own}
                spec: {path: %s}
                """.formatted(block(name), directories.get(number(name) - 10).resolve("state")));
        NODES.forEach((other, address) -> {
            text.append("""
                    ---
                    apiVersion: espalier.dev/v1alpha1
                    kind: IpPool
                    metadata: {name: pods-of-%s}
                    spec: {prefix: 10.244.%d.0/24%s%s}
                    """.formatted(
                            other,
                            number(other),
                            encapsulation,
                            other.equals(name) ? "" : ", nodeSelector: {elsewhere: \"true\"}"));
            if (!other.equals(name)) {
                text.append("""
                        ---
                        apiVersion: espalier.dev/v1alpha1
                        kind: BgpPeer
                        metadata: {name: %s}
                        spec: {address: %s, asn: 65000, timers: {connectRetry: 1}}
                        """.formatted(other, address));
            }
        });
        return text.toString();
    }

    private void start(String encapsulation) {
        daemons.forEach((name, daemon) -> daemon.start(configuration(name, encapsulation)));
    }

    private void reload(String encapsulation) {
        daemons.forEach((name, daemon) -> daemon.reload(configuration(name, encapsulation)));
    }

    private String route(String from, String to) {
        return nodes.get(from).ip("route show " + block(to)).strip();
    }

    private void reaches(String from, String to) {
        assertThat(nodes.get(from)
                        .command("ping", "-c", "1", "-W", "1", "-I", pod(from), pod(to))
                        .run()
                        .succeeded())
                .as(from + " reaches " + to)
                .isTrue();
    }

    private void haveRoutes(String... wanted) {
        within(15, () -> {
            assertThat(route("a", "b")).contains(wanted[0]);
            assertThat(route("a", "c")).contains(wanted[1]);
            assertThat(route("b", "a")).contains(wanted[2]);
            assertThat(route("c", "a")).contains(wanted[3]);
        });
    }

    private static final String VXLAN = ", encapsulation: vxlan";
    private static final String CROSS_SUBNET = ", encapsulation: vxlan, encapsulationMode: crossSubnet";

    private String device(String node) {
        String link = nodes.get(node).ip("-o link show dev vxlan.esp");
        return link.substring(0, link.indexOf(':'));
    }

    @Test
    void aChangeOfThePoolMovesPacketsIntoTheTunnelAndOutOfItAgain() {
        start(VXLAN);
        haveRoutes(
                "via 10.1.0.2 dev vxlan.esp proto 179",
                "via 10.2.0.3 dev vxlan.esp proto 179",
                "via 10.1.0.1 dev vxlan.esp",
                "via 10.1.0.1 dev vxlan.esp");
        reaches("a", "b");
        reaches("a", "c");
        assertThat(daemons.get("a").route(block("c")).toString()).contains("vxlan.esp");
        within(5, () -> assertThat(nodes.get("a").exec("nft", "list", "table", "inet", "espalier_tunnels"))
                .contains("10.1.0.2", "10.2.0.3"));

        // what a node sends on its own account has an address of its own block, to which the answer finds back through
        // the tunnel
        within(10, () -> {
            assertThat(nodes.get("c").ip("route get " + pod("a"))).contains("src 10.244.12.");
            assertThat(nodes.get("a").ip("route show 10.244.12.0/26")).contains("via 10.2.0.3 dev vxlan.esp");
            assertThat(nodes.get("c")
                            .command("ping", "-c", "1", "-W", "1", pod("a"))
                            .run()
                            .succeeded())
                    .isTrue();
        });

        reload(CROSS_SUBNET);
        haveRoutes(
                "via 10.1.0.2 dev eth0",
                "via 10.2.0.3 dev vxlan.esp",
                "via 10.1.0.1 dev eth0",
                "via 10.1.0.1 dev vxlan.esp");
        reaches("a", "b");
        reaches("c", "b");
        assertThat(nodes.get("a").ip("neigh show dev vxlan.esp nud permanent"))
                .contains("10.2.0.3 lladdr 02:45:0a:02:00:03")
                .doesNotContain("10.1.0.2");

        reload("");
        haveRoutes("via 10.1.0.2 dev eth0", "via 10.1.0.254 dev eth0", "via 10.1.0.1 dev eth0", "via 10.2.0.254");
        reaches("a", "b");
        assertThat(nodes.get("a").ip("link show")).doesNotContain("vxlan.esp");
        within(5, () -> assertThat(nodes.get("a").exec("nft", "list", "tables")).doesNotContain("espalier_tunnels"));
    }

    @Test
    void aRestartKeepsTheDeviceAndWhatGoesThroughItAndANodeThatIsGoneIsForgotten() throws InterruptedException {
        start(VXLAN);
        haveRoutes("dev vxlan.esp", "dev vxlan.esp", "dev vxlan.esp", "dev vxlan.esp");
        String before = device("a");
        Process pings = nodes.get("c")
                .start(new ProcessBuilder("ping", "-i", "0.05", "-I", pod("c"), pod("a"))
                        .redirectErrorStream(true)
                        .redirectOutput(directories.getFirst().resolve("ping").toFile()));
        daemons.get("a").kill();
        daemons.get("a").start();
        within(15, () -> assertThat(
                        daemons.get("a").peer("10.2.0.3").path("state").asText())
                .isEqualToIgnoringCase("established"));
        within(15, () -> assertThat(route("a", "b")).contains("dev vxlan.esp"));
        assertThat(device("a")).isEqualTo(before);
        reaches("a", "b");
        assertThat(loss(pings)).startsWith("0%");

        daemons.get("c").interrupt();
        within(15, () -> {
            assertThat(route("a", "c")).isEmpty();
            assertThat(nodes.get("a").ip("neigh show dev vxlan.esp nud permanent"))
                    .contains("10.1.0.2")
                    .doesNotContain("10.2.0.3");
            assertThat(nodes.get("a").exec("bridge", "fdb", "show", "dev", "vxlan.esp"))
                    .contains("dst 10.1.0.2")
                    .doesNotContain("10.2.0.3");
        });
    }

    /** Ends pings. @return their loss, such as {@code 0% packet loss} */
    private String loss(Process pings) throws InterruptedException {
        Command.of("kill", "-INT", Long.toString(pings.pid())).output();
        pings.waitFor(5, TimeUnit.SECONDS);
        try {
            String text = Files.readString(directories.getFirst().resolve("ping"));
            return text.replaceAll("(?s).*?([0-9.]+% packet loss).*", "$1");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Test
    void aDeviceThatSomebodyRemovesIsMadeAnewWithAllThatWentThroughIt() {
        for (String name : List.of("a", "c")) {
            daemons.get(name).start(configuration(name, VXLAN));
        }
        within(15, () -> {
            assertThat(route("a", "c")).contains("dev vxlan.esp");
            assertThat(route("c", "a")).contains("dev vxlan.esp");
        });
        String before = device("a");
        nodes.get("a").ip("link del vxlan.esp");
        within(15, () -> {
            assertThat(device("a")).isNotEqualTo(before);
            assertThat(route("a", "c")).contains("dev vxlan.esp");
            reaches("a", "c");
        });
    }
}

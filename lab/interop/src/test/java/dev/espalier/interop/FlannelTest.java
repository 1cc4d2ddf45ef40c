package dev.espalier.interop;

import static dev.espalier.interop.Eventually.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.lab.Cable;
import dev.espalier.lab.Command;
import dev.espalier.lab.Namespace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two nodes of ours and one of flannel's in a network with the backend host-gw, on one link, with a real etcd beside them. flannel's is
 * played by its keys and values as flannel writes them, put there by curl: there is no flannel on this machine.
 */
@Tag("netns")
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FlannelTest {

    private static final String ETCD = "http://10.20.0.254:2379";
    private static final String CONFIG = "{\"Network\":\"10.5.0.0/16\",\"Backend\":{\"Type\":\"host-gw\"}}";
    private static final String KEYS = "/coreos.com/network/";

    @TempDir
    Path folder;

    private Namespace bridge;
    private Namespace one;
    private Namespace two;
    private Espalier us;
    private Espalier other;
    private Process etcd;

    @BeforeEach
    void create() throws IOException {
        assumeTrue(Command.isInstalled("etcd"), "etcd-server is not installed");
        assumeTrue(Command.isInstalled("curl"), "curl is not installed");
        String name = "esp-io-" + ProcessHandle.current().pid() + "-fl";
        bridge = new Namespace(name).create();
        bridge.ip(List.of("link add br0 type bridge", "link set br0 up", "addr add 10.20.0.254/24 dev br0"));
        one = node(1);
        two = node(2);
        us = new Espalier(one, Files.createDirectory(folder.resolve("one")));
        other = new Espalier(two, Files.createDirectory(folder.resolve("two")));
        startEtcd();
        put("config", CONFIG, 0);
    }

    private Namespace node(int number) {
        Namespace node = new Namespace(bridge.name() + number).create();
        Cable.between(node, "eth0", bridge, "port" + number).create();
        bridge.ip("link set port" + number + " master br0");
        node.ip(List.of("addr add 10.20.0." + number + "/24 dev eth0", "route add default via 10.20.0.254"));
        node.sysctl(Map.of("net.ipv4.ip_forward", 1));
        return node;
    }

    private void startEtcd() {
        ProcessBuilder builder = new ProcessBuilder(
                "etcd",
                "--data-dir=" + folder.resolve("etcd"),
                "--listen-client-urls=" + ETCD,
                "--advertise-client-urls=" + ETCD,
                "--listen-peer-urls=http://127.0.0.1:2380",
                "--initial-advertise-peer-urls=http://127.0.0.1:2380",
                "--initial-cluster=default=http://127.0.0.1:2380",
                "--logger=zap");
        builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("etcd.log").toFile()));
        etcd = bridge.start(builder);
        within(20, () -> assertThat(
                        bridge.command("curl", "-sf", ETCD + "/health").run().output())
                .contains("true"));
    }

    private void stopEtcd() throws InterruptedException {
        etcd.destroyForcibly().waitFor();
    }

    @AfterEach
    void remove() {
        if (bridge != null) {
            us.close();
            other.close();
            if (etcd != null) {
                etcd.destroyForcibly();
            }
            List.of(one, two, bridge).forEach(Namespace::delete);
        }
    }

    // ---- the keys, as any client of etcd has them

    private JsonNode curl(String path, String body) {
        String answer = bridge.exec("curl", "-sf", ETCD + path, "-d", body);
        try {
            return new ObjectMapper().readTree(answer);
        } catch (JsonProcessingException malformed) {
            throw new AssertionError(answer, malformed);
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private void put(String key, String value, long lease) {
        String with = lease == 0 ? "" : ",\"lease\":\"" + lease + "\"";
        curl("/v3/kv/put", "{\"key\":\"" + base64(KEYS + key) + "\",\"value\":\"" + base64(value) + "\"" + with + "}");
    }

    private void delete(String key) {
        curl("/v3/kv/deleterange", "{\"key\":\"" + base64(KEYS + key) + "\"}");
    }

    /** Value by key. */
    private Map<String, String> subnets() {
        Map<String, String> found = new TreeMap<>();
        for (JsonNode entry : entries()) {
            found.put(text(entry, "key").substring((KEYS + "subnets/").length()), text(entry, "value"));
        }
        return found;
    }

    private JsonNode entries() {
        return curl(
                        "/v3/kv/range",
                        "{\"key\":\"" + base64(KEYS + "subnets/") + "\",\"range_end\":\"" + base64(KEYS + "subnets0")
                                + "\"}")
                .path("kvs");
    }

    private static String text(JsonNode entry, String field) {
        return new String(Base64.getDecoder().decode(entry.path(field).asText()), StandardCharsets.UTF_8);
    }

    /** A node of flannel's takes a subnet: a lease of 24 h, and the value that flannel writes. */
    private void flannelNode(String subnet, String address, String backend) {
        long lease = curl("/v3/lease/grant", "{\"TTL\":\"86400\"}").path("ID").asLong();
        put(
                "subnets/" + subnet,
                "{\"PublicIP\":\"" + address + "\",\"PublicIPv6\":null,\"BackendType\":\"" + backend + "\"}",
                lease);
    }

    /** The subnet that a node has by its keys, as a prefix. */
    private String subnetOf(String address) {
        return subnets().entrySet().stream()
                .filter(entry -> entry.getValue()
                        .equals("{\"PublicIP\":\"" + address + "\",\"PublicIPv6\":null,\"BackendType\":\"host-gw\"}"))
                .map(entry -> entry.getKey().replace('-', '/'))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no subnet for " + address + ": " + subnets()));
    }

    // ---- our nodes

    private String flannel(String node) {
        return """
                apiVersion: espalier.dev/v1alpha1
                kind: Flannel
                metadata: {name: pods}
                spec: {etcd: {endpoints: ["%s"]}, subnetFile: %s, ipMasq: true}
                """.formatted(ETCD, file(node));
    }

    private Path file(String node) {
        return folder.resolve(node).resolve("run/subnet.env");
    }

    private static Map<String, String> routes(Namespace node) throws IOException {
        return KernelTable.of(node, "179");
    }

    private static Map<String, String> routes(String... subnetThenGateway) {
        Map<String, String> routes = new TreeMap<>();
        for (int i = 0; i < subnetThenGateway.length; i += 2) {
            routes.put("-4 " + subnetThenGateway[i], subnetThenGateway[i + 1]);
        }
        return routes;
    }

    private static JsonNode view(Espalier node) {
        return node.get("/api/v1/status").path("flannel");
    }

    private static void pod(Namespace node, String subnet) {
        node.ip(List.of(
                "link add cni0 type bridge",
                "link set cni0 up",
                "addr add " + subnet.replace(".0/24", ".1/24") + " dev cni0"));
    }

    @Test
    void nodesOfOursAndOfFlannelsReachEachOthersSubnetsAndWhatVanishedWhileWeWereDownGoes() throws Exception {
        flannelNode("10.5.77.0-24", "10.20.0.3", "host-gw");
        flannelNode("10.5.78.0-24", "10.20.0.4", "vxlan");
        flannelNode("10.5.79.0-24", "192.0.2.5", "host-gw");
        put("subnets/10.5.80.0-24", "{\"PublicIP\":\"10.20.0.6\"}", 0);
        one.ip("route add 10.99.0.0/16 via 10.20.0.254"); // somebody else's
        us.start(flannel("one"));
        other.start(flannel("two"));
        within(20, () -> {
            assertThat(routes(one)).isEqualTo(routes(subnetOf("10.20.0.2"), "10.20.0.2", "10.5.77.0/24", "10.20.0.3"));
            assertThat(routes(two)).isEqualTo(routes(subnetOf("10.20.0.1"), "10.20.0.1", "10.5.77.0/24", "10.20.0.3"));
        });
        String ours = subnetOf("10.20.0.1");
        String theirs = subnetOf("10.20.0.2");
        assertThat(Files.readString(file("one"))).isEqualTo("""
                FLANNEL_NETWORK=10.5.0.0/16
                FLANNEL_SUBNET=%s
                FLANNEL_MTU=1500
                FLANNEL_IPMASQ=true
                """.formatted(ours.replace(".0/24", ".1/24")));
        for (JsonNode entry : entries()) {
            boolean reserved = text(entry, "key").endsWith("10.5.80.0-24");
            assertThat(entry.path("lease").asLong() == 0).as(text(entry, "key")).isEqualTo(reserved);
        }
        assertThat(view(us).path("subnet").asText()).isEqualTo(ours);
        assertThat(view(us).path("skipped").toString())
                .contains("10.5.78.0/24", "vxlan", "10.5.79.0/24", "192.0.2.5", "10.5.80.0/24");
        assertThat(us.cli("status")).contains("Flannel pods, 10.20.0.1 on eth0: " + ours);
        pod(one, ours);
        pod(two, theirs);
        String address = theirs.replace(".0/24", ".1");
        assertThat(one.command("ping", "-c1", "-W2", "-I", ours.replace(".0/24", ".1"), address)
                        .run()
                        .succeeded())
                .as("packets between the subnets")
                .isTrue();

        us.kill();
        delete("subnets/10.5.77.0-24");
        flannelNode("10.5.90.0-24", "10.20.0.7", "host-gw");
        assertThat(routes(one)).as("the kernel keeps them").containsKey("-4 10.5.77.0/24");
        try (RouteWatch watch = RouteWatch.start(one, folder.resolve("one"))) {
            us.start();
            within(20, () -> assertThat(routes(one))
                    .isEqualTo(routes(theirs, "10.20.0.2", "10.5.90.0/24", "10.20.0.7")));
            assertThat(watch.ours()).as("what stays is not touched").noneMatch(line -> line.contains(theirs));
        }
        assertThat(subnetOf("10.20.0.1")).as("the same subnet as before").isEqualTo(ours);
        assertThat(one.ip("-4 route show 10.99.0.0/16")).as("not ours").contains("10.20.0.254");
    }

    @Test
    void whileEtcdIsAwayRoutesStayAlsoThroughARestartAndALostLeaseIsTakenAgain() throws Exception {
        flannelNode("10.5.77.0-24", "10.20.0.3", "host-gw");
        us.start(flannel("one"));
        within(20, () -> assertThat(routes(one)).isEqualTo(routes("10.5.77.0/24", "10.20.0.3")));
        String ours = subnetOf("10.20.0.1");
        one.ip("route del 10.5.77.0/24");
        within(10, () -> assertThat(routes(one))
                .as("what somebody removed is back")
                .hasSize(1));

        delete("subnets/" + ours.replace('/', '-'));
        within(10, () -> assertThat(subnetOf("10.20.0.1")).isEqualTo(ours));
        assertThat(us.log()).contains("flannel.lease.lost");

        stopEtcd();
        within(10, () -> assertThat(view(us).path("etcdAwaySince").asText()).startsWith("20"));
        assertThat(us.log()).contains("flannel.etcd.away");
        us.terminate();
        us.start();
        within(10, () -> assertThat(view(us).path("etcdAwaySince").asText()).startsWith("20"));
        assertThat(routes(one)).isEqualTo(routes("10.5.77.0/24", "10.20.0.3"));

        startEtcd();
        within(20, () -> assertThat(view(us).path("subnet").asText()).isEqualTo(ours));
        assertThat(subnetOf("10.20.0.1")).isEqualTo(ours);

        flannelNode(ours.replace('/', '-'), "10.20.0.9", "host-gw"); // another node has it all of a sudden
        within(10, () -> assertThat(subnetOf("10.20.0.1")).isNotEqualTo(ours));
        within(10, () -> assertThat(routes(one)).containsEntry("-4 " + ours, "10.20.0.9"));
        assertThat(us.log()).contains("flannel.lease.conflict");
        assertThat(Files.readString(file("one"))).contains(subnetOf("10.20.0.1").replace(".0/24", ".1/24"));

        us.reload("""
                apiVersion: espalier.dev/v1alpha1
                kind: Router
                metadata: {name: main}
                spec: {asn: 65001}
                """);
        within(10, () -> assertThat(routes(one)).as("the network was left").isEmpty());
    }
}

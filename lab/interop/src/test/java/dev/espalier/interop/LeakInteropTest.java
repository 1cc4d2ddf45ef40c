package dev.espalier.interop;

import static dev.espalier.interop.Eventually.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.lab.Cable;
import dev.espalier.lab.Command;
import dev.espalier.lab.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Two tenants with overlapping prefixes and the network that both are reached from: three routing instances of one daemon, with a BIRD
 * behind each. As in {@link InstancesTest} there are no VRF devices: the tenants are bound to their devices.
 */
@Tag("netns")
@Timeout(value = 90, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LeakInteropTest {

    private static final int RED = 100;
    private static final int BLUE = 200;
    private static final int MAIN = 254;

    private static final String POLICY = """
            ---
            apiVersion: espalier.dev/v1alpha1
            kind: PrefixSet
            metadata: {name: services}
            spec: {prefixes: [10.77.0.0/24, 10.78.0.0/24, 10.79.0.0/24]}
            ---
            apiVersion: espalier.dev/v1alpha1
            kind: RoutePolicy
            metadata: {name: services-only}
            spec:
              statements:
                - name: services
                  conditions: {matchPrefixSet: services}
                  actions: {setCommunity: {communities: ["65001:77"]}, policyResult: accept}
            """;

    private Rig rig;
    private Namespace blue;
    private Namespace core;
    private Espalier us;
    private final List<DaemonProcess> birds = new ArrayList<>();

    @BeforeEach
    void create() {
        assumeTrue(Command.isInstalled("bird"), "BIRD is not installed");
        rig = Rig.create("leak");
        blue = neighbour("blue", "eth1", Rig.THEIRS);
        core = neighbour("core", "eth2", "10.8.0.2");
        rig.ours()
                .ip(List.of(
                        "addr add " + Rig.OURS + "/24 dev eth1",
                        "addr add 10.8.0.1/24 dev eth2",
                        "route add 10.9.0.0/24 dev eth0 table " + RED,
                        "route add 10.9.0.0/24 dev eth1 table " + BLUE));
        rig.ours().sysctl(Map.of("net.ipv4.ip_forward", 1));
        // What a packet in either direction needs at its ends; the way between is Espalier's.
        rig.theirs()
                .ip(List.of(
                        "link set lo up", "addr add 10.77.0.1/32 dev lo", "route add 10.79.0.0/24 via " + Rig.OURS));
        core.ip(List.of("link set lo up", "addr add 10.79.0.1/32 dev lo", "route add 10.77.0.0/24 via 10.8.0.1"));
        us = new Espalier(rig);
        bird(rig.theirs(), "red", Rig.THEIRS, Rig.OURS, 65002, "10.77.0.0/24", "10.77.1.0/24");
        bird(blue, "blue", Rig.THEIRS, Rig.OURS, 65003, "10.77.0.0/24", "10.78.0.0/24");
        bird(core, "core", "10.8.0.2", "10.8.0.1", 65004, "10.79.0.0/24");
    }

    @AfterEach
    void remove() {
        if (rig != null) {
            us.close();
            birds.forEach(DaemonProcess::stop);
            blue.delete();
            core.delete();
            rig.close();
        }
    }

    private Namespace neighbour(String name, String device, String address) {
        Namespace made = new Namespace(rig.ours().name() + "-" + name).create();
        Cable.between(rig.ours(), device, made, "eth0").create();
        made.ip("addr add " + address + "/24 dev eth0");
        return made;
    }

    private void bird(Namespace where, String name, String local, String ours, int asn, String... prefixes) {
        StringBuilder routes = new StringBuilder();
        List.of(prefixes)
                .forEach(prefix -> routes.append(" route ").append(prefix).append(" blackhole;"));
        DaemonProcess.write(rig.directory().resolve(name + ".conf"), """
                router id %1$s;
                protocol device {}
                protocol static { ipv4;%4$s }
                protocol bgp espalier {
                  local %1$s as %3$d; neighbor %2$s as 65001;
                  connect delay time 1; connect retry time 1; error wait time 1, 2;
                  ipv4 { import all; next hop self; export where source = RTS_STATIC; };
                }
                """.formatted(local, ours, asn, routes));
        DaemonProcess bird = new DaemonProcess(where, rig.directory().resolve(name + ".log"));
        String files = rig.directory() + "/" + name;
        bird.start(
                List.of("bird", "-f", "-c", files + ".conf", "-s", files + ".ctl", "-P", files + ".pid"),
                List.of("birdc", "-s", files + ".ctl", "show", "status"));
        birds.add(bird);
    }

    /** What a BIRD has heard from us; 0 is red, 1 blue, 2 the core. */
    private String heard(int bird) {
        String name = List.of("red", "blue", "core").get(bird);
        return birds.get(bird)
                .asks(List.of(
                        "birdc",
                        "-s",
                        rig.directory() + "/" + name + ".ctl",
                        "show",
                        "route",
                        "all",
                        "protocol",
                        "espalier"))
                .output();
    }

    private static String router(String name, String spec, String peer, int asn) {
        return """
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: Router
                metadata: {name: %1$s}
                spec: {asn: 65001, routerId: 10.8.0.1, timers: {connectRetry: 1}, %2$s}
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: BgpPeer
                metadata: {name: %1$s-peer}
                spec: {router: %1$s, address: %3$s, asn: %4$d, importPolicy: [accept-all], exportPolicy: [accept-all]}
                """.formatted(name, spec, peer, asn);
    }

    private static String tenant(String name, int table, String device, int asn, String more) {
        return router(
                name, "instance: " + name + ", kernelTable: " + table + ", device: " + device + more, Rig.THEIRS, asn);
    }

    private static final String TENANT_IMPORTS = ", importFrom: [{instance: default, policy: [services-only]}]";
    private static final String RED_TENANT = tenant("red", RED, "eth0", 65002, TENANT_IMPORTS);
    private static final String BLUE_TENANT = tenant("blue", BLUE, "eth1", 65003, "");

    private static String main(String imports) {
        return router("main", "listen: {enabled: false}, " + imports, "10.8.0.2", 65004);
    }

    private static final String BOTH = main(
            "importFrom: [{instance: red, policy: [services-only]}, " + "{instance: blue, policy: [services-only]}]");

    private String table(int number) {
        return rig.ours().ip("-4 route show proto 179 table " + number);
    }

    private void startWithBoth() {
        us.start(POLICY + RED_TENANT + BLUE_TENANT + BOTH);
        within(30, () -> {
            assertThat(table(RED))
                    .contains("10.77.0.0/24")
                    .contains("10.77.1.0/24")
                    .contains("10.79.0.0/24");
            assertThat(table(BLUE)).contains("10.77.0.0/24").contains("10.78.0.0/24");
            assertThat(table(MAIN))
                    .contains("10.77.0.0/24")
                    .contains("10.78.0.0/24")
                    .contains("10.79.0.0/24");
        });
        // While one tenant was up before the other, it had the prefix alone.
        within(10, () -> assertThat(way("10.77.0.1")).contains("via 10.9.0.2 dev eth0"));
    }

    /** Where the kernel sends a packet that comes from the core; a route with a backup does not show that in a list. */
    private String way(String address) {
        return rig.ours().ip("route get " + address + " from 10.79.0.1 iif eth2");
    }

    private String whyFromRed(String prefix) {
        return us.get("/api/v1/explain?prefix=" + prefix)
                .path("leaks")
                .path(0)
                .path("because")
                .asText();
    }

    @Test
    void aTenantsServicesAreReachedByItsDeviceAndNothingElseOfItLeaves() {
        startWithBoth();

        assertThat(way("10.78.0.1")).contains("via 10.9.0.2 dev eth1");
        assertThat(table(RED)).contains("10.79.0.0/24 ").contains("via 10.8.0.2 dev eth2");
        assertThat(table(MAIN)).as("what the policy does not name").doesNotContain("10.77.1.0");
        assertThat(table(RED)).as("leaked once, and not on").doesNotContain("10.78.0.0");
        assertThat(table(BLUE))
                .as("it imports nothing")
                .doesNotContain("10.79.0.0")
                .doesNotContain("eth0");
        within(10, () -> assertThat(heard(2))
                .contains("10.77.0.0/24")
                .contains("BGP.as_path: 65001 65002")
                .contains("BGP.next_hop: 10.8.0.1")
                .contains("(65001,77)")
                .doesNotContain("10.77.1.0"));
        within(10, () -> assertThat(heard(0)).contains("10.79.0.0/24").doesNotContain("10.78.0.0"));
        assertThat(heard(1)).doesNotContain("10.79.0.0").doesNotContain("10.77.1.0");
        core.exec("ping", "-c", "1", "-W", "5", "-I", "10.79.0.1", "10.77.0.1");

        assertThat(us.best("10.77.0.0/24").path("leakedFrom").asText()).isEqualTo("red");
        assertThat(whyFromRed("10.77.0.0/24")).isEqualTo("leaked by policy 'services-only' statement 'services'");
        assertThat(whyFromRed("10.77.1.0/24"))
                .isEqualTo("not leaked: the policy rejected it (policy 'services-only' default action)");

        birds.getFirst().kill();
        within(30, () -> assertThat(way("10.77.0.1"))
                .as("the other tenant's, once red's neighbour is gone")
                .contains("dev eth1"));
    }

    @Test
    void aRestartTakesNothingAwayAndAReloadWithoutTheImportOrTheTenantWhatItLeaked() {
        startWithBoth();
        try (RouteWatch watch = RouteWatch.start(rig.ours(), rig.directory())) {
            us.terminate();
            us.start();
            within(30, () -> {
                assertThat(us.best("10.77.0.0/24").path("leakedFrom").asText()).isEqualTo("red");
                assertThat(us.get("/api/v1/status").path("ready").asBoolean()).isTrue();
                assertThat(us.route("10.78.0.0/24").path("kernel").path("state").asText())
                        .isEqualTo("installed");
            });
            assertThat(watch.ours()).as("forwarding went on").noneMatch(line -> line.startsWith("Deleted 10.7"));
        }
        us.reload(POLICY + RED_TENANT + BLUE_TENANT + main("importFrom: [{instance: blue, policy: [services-only]}]"));
        within(10, () -> assertThat(way("10.77.0.1")).contains("dev eth1"));
        us.reload(POLICY + RED_TENANT + BLUE_TENANT + main("maximumPaths: 16"));
        within(10, () -> assertThat(table(MAIN))
                .doesNotContain("10.77.")
                .doesNotContain("10.78.")
                .contains("10.79."));
        within(10, () -> assertThat(heard(2)).doesNotContain("10.77.0.0/24"));
        assertThat(table(RED)).contains("10.77.0.0/24");

        us.reload(POLICY + RED_TENANT + BLUE_TENANT + BOTH);
        within(10, () -> assertThat(way("10.77.0.1")).contains("dev eth0"));
        us.reload(POLICY + BLUE_TENANT + main("importFrom: [{instance: blue, policy: [services-only]}]"));
        within(15, () -> {
            assertThat(way("10.77.0.1")).as("red is gone").contains("dev eth1");
            assertThat(table(RED)).isEmpty();
        });
        us.reload(POLICY
                + tenant("blue", BLUE + 1, "eth1", 65003, "")
                + main("importFrom: [{instance: blue, policy: [services-only]}]"));
        rig.ours().ip("route add 10.9.0.0/24 dev eth1 table " + (BLUE + 1));
        within(30, () -> {
            assertThat(table(BLUE)).isEmpty();
            assertThat(table(BLUE + 1)).contains("10.78.0.0/24 ").contains("dev eth1");
            assertThat(way("10.78.0.1")).as("blue is in another table").contains("dev eth1");
        });
    }
}

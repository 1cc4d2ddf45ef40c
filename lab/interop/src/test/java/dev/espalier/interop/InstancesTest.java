package dev.espalier.interop;

import static dev.espalier.interop.Eventually.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.lab.Cable;
import dev.espalier.lab.Command;
import dev.espalier.lab.Namespace;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Two tenants on one node, each behind a device of its own, with the same addresses, the same AS numbers and the same prefixes. The
 * kernel here has no VRF devices, so the instances are bound to the devices themselves, and the connected network stands in each
 * tenant's table as a VRF device would have put it there.
 */
@Tag("netns")
@Timeout(value = 90, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InstancesTest {

    private static final int RED = 100;
    private static final int BLUE = 200;

    private Rig rig;
    private Namespace blue;
    private DaemonProcess redBird;
    private DaemonProcess blueBird;
    private Espalier us;

    @BeforeEach
    void create() {
        assumeTrue(Command.isInstalled("bird"), "BIRD is not installed");
        rig = Rig.create("instances");
        blue = new Namespace(rig.ours().name() + "-blue").create();
        Cable.between(rig.ours(), "eth1", blue, "eth0").create();
        blue.ip("addr add " + Rig.THEIRS + "/24 dev eth0");
        rig.ours()
                .ip(List.of(
                        "addr add " + Rig.OURS + "/24 dev eth1",
                        "route add 10.9.0.0/24 dev eth0 table " + RED,
                        "route add 10.9.0.0/24 dev eth1 table " + BLUE));
        us = new Espalier(rig);
        redBird = bird(rig.theirs(), "red", "10.77.0.0/24", "10.77.1.0/24");
        blueBird = bird(blue, "blue", "10.77.0.0/24");
    }

    @AfterEach
    void remove() {
        if (rig != null) {
            us.close();
            redBird.stop();
            blueBird.stop();
            blue.delete();
            rig.close();
        }
    }

    private DaemonProcess bird(Namespace where, String name, String... prefixes) {
        Path file = rig.directory().resolve(name + ".conf");
        StringBuilder routes = new StringBuilder();
        List.of(prefixes)
                .forEach(prefix -> routes.append(" route ").append(prefix).append(" blackhole;"));
        DaemonProcess.write(file, """
                router id 10.9.0.2;
                protocol device {}
                protocol static { ipv4;%s }
                protocol bgp espalier {
                  local 10.9.0.2 as 65002; neighbor 10.9.0.1 as 65001;
                  connect delay time 1; connect retry time 1; error wait time 1, 2;
                  ipv4 { import all; next hop self; export where source = RTS_STATIC; };
                }
                """.formatted(routes));
        DaemonProcess bird = new DaemonProcess(where, rig.directory().resolve(name + ".log"));
        String control = control(name);
        bird.start(
                List.of(
                        "bird",
                        "-f",
                        "-c",
                        file.toString(),
                        "-s",
                        control,
                        "-P",
                        rig.directory() + "/" + name + ".pid"),
                List.of("birdc", "-s", control, "show", "status"));
        return bird;
    }

    private String control(String name) {
        return rig.directory() + "/" + name + ".ctl";
    }

    private static String tenant(String name, int table, String device, String prefix) {
        return """
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: Router
                metadata: {name: %1$s}
                spec: {asn: 65001, routerId: 10.9.0.1, instance: %1$s, kernelTable: %2$d, device: %3$s, timers: {connectRetry: 1}}
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: BgpPeer
                metadata: {name: %1$s-peer}
                spec: {router: %1$s, address: 10.9.0.2, asn: 65002, importPolicy: [accept-all], exportPolicy: [accept-all]}
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: Advertisement
                metadata: {name: %1$s-own}
                spec: {router: %1$s, prefixes: [%4$s]}
                """.formatted(name, table, device, prefix);
    }

    private String table(int number) {
        return rig.ours().ip("-4 route show proto 179 table " + number);
    }

    private String theirs(DaemonProcess bird, String name) {
        return bird.asks(List.of("birdc", "-s", control(name), "show", "route", "protocol", "espalier"))
                .output();
    }

    @Test
    void theSamePrefixFromTheSameAddressIsTwoRoutesAndNeitherTenantHearsOfTheOther() {
        us.start(tenant("red", RED, "eth0", "10.80.0.0/24") + tenant("blue", BLUE, "eth1", "10.81.0.0/24"));
        within(30, () -> {
            assertThat(table(RED)).contains("10.77.0.0/24").contains("10.77.1.0/24");
            assertThat(table(BLUE)).contains("10.77.0.0/24");
            assertThat(theirs(redBird, "red")).contains("10.80.0.0/24");
            assertThat(theirs(blueBird, "blue")).contains("10.81.0.0/24");
        });

        assertThat(table(BLUE)).doesNotContain("10.77.1.0/24");
        assertThat(rig.ours().ip("-4 route show proto 179"))
                .as("the main table")
                .isEmpty();
        assertThat(theirs(redBird, "red")).doesNotContain("10.81.0.0/24").doesNotContain("10.77.0.0/24");
        assertThat(theirs(blueBird, "blue")).doesNotContain("10.80.0.0/24").doesNotContain("10.77.1.0/24");

        blueBird.kill();
        within(30, () -> assertThat(table(BLUE)).doesNotContain("10.77.0.0/24"));
        assertThat(table(RED)).as("the other tenant goes on").contains("10.77.0.0/24");
    }

    @Test
    void aTenantThatIsTakenOutOfTheConfigurationLeavesAndTheOtherIsNotTouched() {
        String red = tenant("red", RED, "eth0", "10.80.0.0/24");
        us.start(red + tenant("blue", BLUE, "eth1", "10.81.0.0/24"));
        within(30, () -> {
            assertThat(table(RED)).contains("10.77.0.0/24");
            assertThat(table(BLUE)).contains("10.77.0.0/24");
        });
        try (RouteWatch watch = RouteWatch.start(rig.ours(), rig.directory())) {
            us.reload(red);
            within(15, () -> assertThat(table(BLUE)).isEmpty());
            assertThat(watch.ours()).noneMatch(line -> line.contains("eth0"));
        }
        assertThat(table(RED)).contains("10.77.0.0/24");
        assertThat(theirs(redBird, "red")).contains("10.80.0.0/24");
    }
}

package dev.espalier.interop;

import static dev.espalier.interop.Eventually.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.lab.Command;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What goes beyond RFC 4724: long-lived graceful restart (RFC 9494), enhanced refresh (RFC 7313) and graceful shutdown (RFC 8326)
 * with BIRD, and with FRR, NOTIFICATIONs that the routes survive (RFC 8538).
 */
@Tag("netns")
@Timeout(value = 90, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RestartExtensionsTest {

    private static final String THEIR_ROUTE = "10.2.0.0/24";
    private static final String OUR_ROUTE = "10.1.0.0/24";
    private static final String LLGR_STALE = "(65535,6)";

    private Rig rig;
    private @Nullable DaemonProcess bird;
    private Espalier us;

    @BeforeEach
    void create() {
        rig = Rig.create("llgr");
        us = new Espalier(rig);
    }

    private void withBird() {
        assumeTrue(Command.isInstalled("bird"), "BIRD is not installed");
        bird = new DaemonProcess(rig.theirs(), rig.directory().resolve("bird.log"));
        DaemonProcess.write(rig.directory().resolve("bird.conf"), """
                router id 10.9.0.2;
                protocol device {}
                protocol static st4 { ipv4; route 10.2.0.0/24 blackhole; }
                protocol bgp espalier {
                  local 10.9.0.2 as 65002;
                  neighbor 10.9.0.1 as 65001;
                  connect delay time 1; connect retry time 1; error wait time 1, 2;
                  graceful restart on; graceful restart time 2;
                  long lived graceful restart on; long lived stale time 600;
                  ipv4 { import table on; import all; next hop self; export where source = RTS_STATIC; };
                }
                """);
        startBird(false);
        us.start(ours().objects());
        within(20, () -> {
            assertThat(us.state(Rig.THEIRS)).isEqualTo("Established");
            assertThat(us.route(THEIR_ROUTE).path("kernel").path("state").asText())
                    .isEqualTo("installed");
            assertThat(birdc("show", "route", "for", OUR_ROUTE, "all")).contains("BGP.next_hop");
        });
    }

    @AfterEach
    void remove() {
        if (rig != null) {
            us.close();
            if (bird != null) {
                bird.stop();
            }
            rig.close();
        }
    }

    private static OurSide ours() {
        return OurSide.of(PeerSetup.external().withGracefulRestart())
                .router("gracefulRestart", "{restartTime: 2, longLivedStaleTime: 600}");
    }

    private void startBird(boolean recovering) {
        List<String> argv = new ArrayList<>(List.of(
                "bird",
                "-f",
                "-c",
                rig.directory() + "/bird.conf",
                "-s",
                control(),
                "-P",
                rig.directory() + "/bird.pid"));
        if (recovering) {
            argv.add("-R");
        }
        bird.start(argv, List.of("birdc", "-s", control(), "show", "status"));
    }

    private String control() {
        return rig.directory() + "/bird.ctl";
    }

    private String birdc(String... command) {
        List<String> argv = new ArrayList<>(List.of("birdc", "-s", control()));
        argv.addAll(List.of(command));
        return bird.asks(argv).output();
    }

    private List<String> theirCommunities() {
        List<String> communities = new ArrayList<>();
        JsonNode path = us.route(THEIR_ROUTE).path("paths").path(0);
        path.path("attributes").path("communities").forEach(one -> communities.add(one.asText()));
        return communities;
    }

    @Test
    void theirRoutesOutliveTheirRestartTimeAsALastResortAndAreFreshWhenTheyReturn() {
        withBird();
        try (RouteWatch watch = RouteWatch.start(rig.ours(), rig.directory())) {
            bird.kill();
            within(15, () -> assertThat(theirCommunities()).contains("llgr-stale"));
            startBird(true);
            within(30, () -> {
                assertThat(us.state(Rig.THEIRS)).isEqualTo("Established");
                assertThat(theirCommunities()).doesNotContain("llgr-stale");
                assertThat(us.best(THEIR_ROUTE).path("stale").asBoolean()).isFalse();
            });
            assertThat(watch.ours()).as("what changed in the kernel").isEmpty();
        }
    }

    @Test
    void ourRoutesOutliveOurRestartTimeThereAndAreFreshWhenWeReturn() {
        withBird();
        us.kill();
        within(15, () -> assertThat(birdc("show", "route", "for", OUR_ROUTE, "all"))
                .contains(LLGR_STALE));
        us.start();
        within(30, () -> assertThat(birdc("show", "route", "for", OUR_ROUTE, "all"))
                .contains("BGP.next_hop")
                .doesNotContain(LLGR_STALE));
    }

    @Test
    void refreshesInBothDirectionsKeepEveryRouteAndAMaintenanceIsSeenThere() {
        withBird();
        assertThat(us.log()).doesNotContain("bgp.session.down");
        birdc("reload", "out", "espalier");
        birdc("reload", "in", "espalier");
        us.reload(ours().peer("gracefulShutdown", "true").objects());
        within(15, () -> assertThat(birdc("show", "route", "for", OUR_ROUTE, "all"))
                .contains("(65535,0)"));
        us.reload(ours().objects());
        within(15, () -> assertThat(birdc("show", "route", "for", OUR_ROUTE, "all"))
                .contains("BGP.next_hop")
                .doesNotContain("(65535,0)"));
        assertThat(us.route(THEIR_ROUTE).path("kernel").path("state").asText()).isEqualTo("installed");
        assertThat(us.log()).doesNotContain("bgp.session.down");
    }

    // ---- FRR

    @Test
    void aNotificationOfTheirsThatIsNoHardResetLeavesOurKernelAloneAndAHardResetDoesNot() {
        try (FrrPeer frr = new FrrPeer(rig)) {
            PeerSetup setup = PeerSetup.external().withGracefulRestart();
            frr.start(setup);
            frr.frr().vtysh("configure terminal", "router bgp 65002", "no bgp hard-administrative-reset");
            us.start(OurSide.of(setup).objects());
            within(25, () -> assertThat(
                            us.route(THEIR_ROUTE).path("kernel").path("state").asText())
                    .isEqualTo("installed"));
            assertThat(us.peer(Rig.THEIRS).path("capabilities").toString()).contains("also after a notification");
            try (RouteWatch watch = RouteWatch.start(rig.ours(), rig.directory())) {
                frr.frr().vtysh("clear bgp " + Rig.OURS);
                within(25, () -> {
                    assertThat(us.peer(Rig.THEIRS).path("lastDown").asText()).contains("Administrative Reset (6/4)");
                    assertThat(us.state(Rig.THEIRS)).isEqualTo("Established");
                    assertThat(us.best(THEIR_ROUTE).path("stale").asBoolean()).isFalse();
                });
                assertThat(watch.ours()).as("what changed in the kernel").isEmpty();

                frr.frr().vtysh("configure terminal", "router bgp 65002", "bgp hard-administrative-reset");
                frr.frr().vtysh("clear bgp " + Rig.OURS);
                within(25, () -> assertThat(watch.ours())
                        .as("routes go with a Hard Reset")
                        .isNotEmpty());
            }
        }
    }

    @Test
    void aSessionThatWeEndOnPurposeTakesOurRoutesAlongThere() {
        try (FrrPeer frr = new FrrPeer(rig)) {
            PeerSetup setup = PeerSetup.external().withGracefulRestart();
            frr.start(setup);
            us.start(OurSide.of(setup).objects());
            within(25, () -> assertThat(frr.route(OUR_ROUTE)).isPresent());
            us.reload(OurSide.of(setup).peer("enabled", "false").objects());
            within(10, () -> assertThat(frr.route(OUR_ROUTE)).isEmpty());
            assertThat(frr.neighbour().path("lastNotificationHardReset").asBoolean())
                    .as(frr.neighbour().path("lastNotificationReason").asText())
                    .isTrue();
        }
    }
}

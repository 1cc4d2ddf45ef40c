package dev.espalier.interop;

import static dev.espalier.interop.Eventually.within;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What goes wrong around a running daemon becomes a sentence that says what and where, and breaks nothing else. */
@Tag("netns")
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BadInputAtRunTimeTest {

    @Test
    void aPeerThatCannotBeReachedIsNamedWithItsAddressAndPort() {
        try (Rig rig = Rig.create("unreachable");
                Espalier us = new Espalier(rig)) {
            us.start(OurSide.of(PeerSetup.external()).objects());
            within(10, () -> assertThat(us.log()).contains("cannot connect to 10.9.0.2 port 179"));
            assertThat(us.peer(Rig.THEIRS).path("lastError").asText()).contains("refused");
        }
    }

    @Test
    void aPortInUseIsNamedAndEndsTheStart() throws InterruptedException {
        try (Rig rig = Rig.create("port");
                Espalier us = new Espalier(rig)) {
            us.write(OurSide.of(PeerSetup.external()).objects());
            DaemonProcess.write(
                    rig.directory().resolve("squatter.conf"),
                    "router id 10.9.0.1; protocol device {} protocol bgp b { local as 65001; neighbor 10.9.0.2 as 65002; ipv4 { import none; export none; }; }\n");
            rig.ours()
                    .exec(
                            "bird",
                            "-c",
                            rig.directory() + "/squatter.conf",
                            "-s",
                            rig.directory() + "/squatter.ctl",
                            "-P",
                            rig.directory() + "/squatter.pid");
            Process process = us.launch(List.of());
            within(15, () -> assertThat(us.log()).contains("179").containsIgnoringCase("in use"));
            assertThat(process.waitFor(5, TimeUnit.SECONDS))
                    .as("the daemon ends: " + us.log())
                    .isTrue();
            assertThat(process.exitValue()).isNotZero();
        }
    }

    @Test
    void withoutTheRightsOfRootTheMissingOnesAreNamed() {
        try (Rig rig = Rig.create("nobody");
                Espalier us = new Espalier(rig)) {
            us.write(OurSide.of(PeerSetup.external()).objects());
            // The user nobody could not read the class path below /root; without capabilities root is as powerless.
            us.launch(List.of("setpriv", "--inh-caps=-all", "--bounding-set=-all"));
            within(15, () -> assertThat(us.log()).contains("NET_ADMIN").containsIgnoringCase("root"));
        }
    }

    @Test
    void aForeignRouteInTheWayIsLeftAloneAndNamed() {
        try (Rig rig = Rig.create("foreign");
                Bird bird = new Bird(rig);
                Espalier us = new Espalier(rig)) {
            rig.ours().ip("route add 10.2.0.0/24 via 10.9.0.99 dev eth0 proto static metric 32");
            bird.start(PeerSetup.external());
            us.start(OurSide.of(PeerSetup.external()).objects());
            within(15, () -> assertThat(
                            us.route("10.2.0.0/24").path("kernel").path("state").asText())
                    .isEqualTo("failed"));
            assertThat(us.route("10.2.0.0/24").path("kernel").path("because").asText())
                    .isNotBlank();
            assertThat(us.log()).contains("10.2.0.0/24");
            assertThat(rig.ours().ip("route show 10.2.0.0/24"))
                    .contains("10.9.0.99")
                    .doesNotContain("10.9.0.2 ");
        }
    }
}

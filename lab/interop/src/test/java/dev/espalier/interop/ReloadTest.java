package dev.espalier.interop;

import static dev.espalier.interop.Eventually.within;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.lab.Command;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A running daemon goes over to another configuration: only what changed is touched, and a wrong one changes nothing. */
@Tag("netns")
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ReloadTest {

    private static final String ADVERTISED = "[10.1.0.0/24, 10.3.0.0/24]";
    private static final String RED = """
            ---
            apiVersion: espalier.dev/v1alpha1
            kind: Router
            metadata: {name: red}
            spec: {asn: 65001, routerId: 10.9.0.1, instance: red, kernelTable: TABLE, listen: {port: 1179}}
            ---
            apiVersion: espalier.dev/v1alpha1
            kind: Advertisement
            metadata: {name: reds}
            spec: {router: red, prefixes: [10.77.0.0/24]}
            """;

    private static void hangUp(Espalier us) {
        Command.of("kill", "-HUP", Long.toString(us.pid())).output();
    }

    private static void establish(Bird bird, Espalier us, PeerSetup setup) {
        bird.start(setup);
        us.start(OurSide.of(setup).objects());
        within(15, () -> assertThat(us.state(Rig.THEIRS)).isEqualTo("Established"));
    }

    private static boolean announced(Espalier us, String prefix) {
        JsonNode told = us.get("/api/v1/explain?prefix=" + prefix.replace("/", "%2F"))
                .path("told")
                .path(0);
        return told.path("announced").asBoolean();
    }

    @Test
    void hangUpReadsTheFileAgainAndTouchesOnlyWhatChanged() {
        try (Rig rig = Rig.create("hup");
                Bird bird = new Bird(rig);
                Espalier us = new Espalier(rig)) {
            PeerSetup setup = PeerSetup.external();
            establish(bird, us, setup);
            // Not always the first: when both connect at once, a session may be up here that BIRD gives up for the
            // other.
            int session = us.peer(Rig.THEIRS).path("timesEstablished").asInt();
            us.write(OurSide.of(setup).prefixes(ADVERTISED).objects());
            hangUp(us);
            within(10, () -> assertThat(us.route("10.3.0.0/24").isMissingNode()).isFalse());
            within(5, () -> assertThat(announced(us, "10.3.0.0/24")).isTrue());
            assertThat(us.sessionNumber(Rig.THEIRS)).as(us.log()).isEqualTo(session);
        }
    }

    @Test
    void anInvalidFileChangesNothingAndIsNamedWithItsPlace() {
        try (Rig rig = Rig.create("invalid");
                Bird bird = new Bird(rig);
                Espalier us = new Espalier(rig)) {
            PeerSetup setup = PeerSetup.external();
            establish(bird, us, setup);
            String kernel = rig.ours().ip("route show proto 179");
            us.write(OurSide.of(setup)
                    .prefixes("[10.3.0.0/24]")
                    .peer("holdTimer", "5")
                    .objects());
            hangUp(us);
            within(10, () -> assertThat(us.log())
                    .containsPattern("espalier.yaml:\\d+:\\d+: BgpPeer/them: spec.holdTimer: .*nothing was changed"));
            assertThat(us.state(Rig.THEIRS)).isEqualTo("Established");
            assertThat(us.route("10.3.0.0/24").isMissingNode()).isTrue();
            assertThat(announced(us, "10.1.0.0/24")).isTrue();
            assertThat(rig.ours().ip("route show proto 179")).isEqualTo(kernel);
        }
    }

    @Test
    void theEndAsForARestartAndTheEndForGoodLeaveTheKernelForwarding() {
        try (Rig rig = Rig.create("end");
                Bird bird = new Bird(rig);
                Espalier us = new Espalier(rig)) {
            establish(bird, us, PeerSetup.external());
            within(10, () -> assertThat(rig.ours().ip("route show proto 179")).contains("10.2.0.0/24"));
            String kernel = rig.ours().ip("route show proto 179");
            us.terminate();
            assertThat(rig.ours().ip("route show proto 179")).isEqualTo(kernel);
            us.start();
            within(20, () -> assertThat(us.best("10.2.0.0/24").isMissingNode()).isFalse());
            us.interrupt();
            assertThat(rig.ours().ip("route show proto 179")).isEqualTo(kernel);
        }
    }

    @Test
    void aRoutingInstanceHasItsOwnTableMovesWithItAndTakesItsRoutesAlong() {
        try (Rig rig = Rig.create("instance");
                Espalier us = new Espalier(rig)) {
            String main = OurSide.of(PeerSetup.external())
                    .objects()
                    .replace("spec:\n  address", "spec:\n  router: main\n  address");
            main = main.replace("spec:\n  prefixes", "spec:\n  router: main\n  prefixes");
            us.start(main + RED.replace("TABLE", "100"));
            within(10, () -> assertThat(rig.ours().ip("route show table 100")).contains("10.77.0.0/24"));
            assertThat(rig.ours().ip("route show"))
                    .doesNotContain("10.77.0.0/24")
                    .contains("10.1.0.0/24");
            us.reload(main + RED.replace("TABLE", "200"));
            within(10, () -> assertThat(rig.ours().ip("route show table 200")).contains("10.77.0.0/24"));
            assertThat(rig.ours().ip("route show table 100")).doesNotContain("10.77.0.0/24");
            us.reload(main);
            within(10, () -> assertThat(rig.ours().ip("route show table 200")).doesNotContain("10.77.0.0/24"));
            assertThat(rig.ours().ip("route show")).contains("10.1.0.0/24");
        }
    }
}

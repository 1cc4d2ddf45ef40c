package dev.espalier.interop;

import static dev.espalier.interop.Eventually.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The example of docs/library.md, run as a reader would run it, with a real daemon as its peer. */
@Tag("netns")
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LibraryTest {

    private static final Path EXAMPLE = Path.of("../../docs/examples/AnnounceRoute.java");
    private static final String PREFIX = "198.51.100.0/24";

    @ParameterizedTest
    @EnumSource(
            value = PeerDaemon.Kind.class,
            names = {"BIRD", "GOBGP"})
    void theExampleAnnouncesHearsAndWithdrawsWhenItsInputEnds(PeerDaemon.Kind kind) throws Exception {
        assumeTrue(kind.isInstalled(), kind + " is not installed");
        try (Rig rig = Rig.create("library");
                PeerDaemon peer = kind.in(rig)) {
            peer.start(PeerSetup.external());
            Path output = rig.directory().resolve("example.log");
            Process example = run(rig, output);
            try {
                within(30, () -> assertThat(peer.route(PREFIX))
                        .as(() -> text(output))
                        .isPresent());
                SeenRoute seen = peer.route(PREFIX).orElseThrow();
                assertThat(seen.asPath()).isEqualTo("65001");
                assertThat(seen.nextHop()).isEqualTo(Rig.OURS);
                assertThat(seen.med()).isEqualTo(10);
                assertThat(seen.communities()).containsExactly("65001:7");
                within(10, () -> assertThat(text(output))
                        .contains("SessionUp[peer=router, address=10.9.0.2, asn=65002]")
                        .contains("BestChanged[prefix=10.2.0.0/24"));
                // It programs no kernel.
                assertThat(rig.ours().ip("route show")).doesNotContain("10.2.0.0");

                example.getOutputStream().close();
                within(10, () -> assertThat(peer.route(PREFIX)).isEmpty());
                assertThat(example.waitFor(20, TimeUnit.SECONDS)).isTrue();
                assertThat(example.exitValue()).as(text(output)).isZero();
            } finally {
                example.destroyForcibly();
            }
        }
    }

    private static Process run(Rig rig, Path output) {
        ProcessBuilder builder = new ProcessBuilder(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                EXAMPLE.toAbsolutePath().normalize().toString(),
                "65001",
                Rig.THEIRS,
                "65002",
                PREFIX));
        builder.redirectErrorStream(true);
        builder.redirectOutput(output.toFile());
        return rig.ours().start(builder);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException notYet) {
            return "";
        }
    }
}

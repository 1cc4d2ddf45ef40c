package dev.espalier.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.lab.Command;
import dev.espalier.lab.Namespace;
import dev.espalier.lab.Pause;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Small loads against real daemons in a namespace, configured as {@code bench/run} configures them. */
@Tag("netns")
class DaemonLoadTest {

    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();
    private static final int PORT = 1790;

    @TempDir
    Path folder;

    private final Namespace namespace =
            new Namespace("esp-load-" + ProcessHandle.current().pid());

    @BeforeEach
    void create() {
        namespace.create();
        Command.of("bash", "-c", ". ./daemons.sh; furnish " + namespace.name()).output();
    }

    @AfterEach
    void delete() {
        namespace.delete();
    }

    private String load(String... arguments) {
        return namespace
                .command(java(arguments))
                .withTimeout(Duration.ofSeconds(60))
                .output();
    }

    private static String[] java(String... arguments) {
        List<String> argv = new ArrayList<>(List.of(
                JAVA,
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path")));
        argv.addAll(List.of(arguments));
        return argv.toArray(String[]::new);
    }

    private void start(String daemon) {
        Command.of("bash", "-c", ". ./daemons.sh; port=" + PORT + "; configure " + daemon + " " + folder)
                .output();
        ProcessBuilder builder = daemon.equals("bird")
                ? new ProcessBuilder(
                        "/usr/sbin/bird",
                        "-f",
                        "-c",
                        folder + "/bird.conf",
                        "-s",
                        folder + "/ctl",
                        "-P",
                        folder + "/pid")
                : new ProcessBuilder(java(
                        "dev.espalier.cli.EspalierMain",
                        "run",
                        "-c",
                        folder + "/espalier.yaml",
                        "--socket",
                        folder + "/espalier.sock"));
        builder.redirectErrorStream(true).redirectOutput(folder.resolve("log").toFile());
        Process process = namespace.start(builder);
        assertThat(Pause.until(Duration.ofSeconds(30), () -> !process.isAlive() || listens()))
                .isTrue();
        assertThat(process.isAlive()).as(() -> log()).isTrue();
    }

    private boolean listens() {
        return !namespace.exec("ss", "-ltnH", "sport = :" + PORT).isBlank();
    }

    private String log() {
        try {
            return Files.readString(folder.resolve("log"));
        } catch (IOException absent) {
            return "nothing was said";
        }
    }

    @ParameterizedTest
    @CsvSource({
        "espalier, S1, 1, 3000, 5",
        "espalier, S2, 4, 500, 3",
        "espalier, S3, 5, 20, 2",
        "espalier, S1t, 1, 1000, 5",
        "espalier, kernel, 1, 2000, 2",
        "bird, kernel, 1, 2000, 2",
        "espalier, S6p, 10, 10, 2",
        "bird, S3h, 5, 20, 2",
        "bird, S6p, 10, 10, 2"
    })
    void everyPhaseEndsWithTheRightTables(String daemon, String scenario, String feeders, String prefixes, int phases)
            throws IOException {
        String main = LoadMain.class.getName();
        String[] size = {"--scenario", scenario, "--feeders", feeders, "--prefixes", prefixes};
        Files.writeString(folder.resolve("peers"), load(main, "peers", size[0], size[1], size[2], size[3]));
        start(daemon);

        String address = scenario.equals("kernel") ? "10.255.0.1:" : "127.0.0.1:";
        String results =
                load(main, "run", size[0], size[1], size[2], size[3], size[4], size[5], "--daemon", address + PORT);

        assertThat(results.lines()).hasSize(phases).allMatch(line -> line.contains("\"ok\":true,"));
    }
}

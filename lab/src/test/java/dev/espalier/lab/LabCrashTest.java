package dev.espalier.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code lab up} is killed somewhere on its way, and {@code lab down} must find all that it had made. */
@Tag("netns")
class LabCrashTest {

    /** Longer than the way to the daemons takes, so that some runs are killed early and some late. */
    private static final int LATEST_KILL_MILLIS = 2500;

    private final String name = "labcrash" + ProcessHandle.current().pid();

    @AfterEach
    void removeLab() {
        Lab.down(name);
    }

    @RepeatedTest(6)
    void downRemovesEverythingThatAKilledUpHadMade(@TempDir Path folder) throws IOException, InterruptedException {
        long seed = Long.getLong("seed", System.nanoTime());
        int delay = new Random(seed).nextInt(LATEST_KILL_MILLIS);
        Process up = up(folder, "--node-daemon", "frr");
        Thread.sleep(delay);
        up.destroyForcibly().waitFor();

        Lab.down(name);

        assertThat(Traces.of(name))
                .as("killed after %d ms, -Dseed=%d", delay, seed)
                .isEmpty();
    }

    @Test
    void downRemovesThePodsThatAKilledUpWasMaking(@TempDir Path folder) throws IOException, InterruptedException {
        long seed = Long.getLong("seed", System.nanoTime());
        int delay = new Random(seed).nextInt(LATEST_KILL_MILLIS);
        Process up = up(folder, "mesh");
        boolean making = Pause.until(Duration.ofSeconds(60), () -> podsExist());
        Thread.sleep(delay);
        up.destroyForcibly().waitFor();

        Lab.down(name);

        assertThat(making).as(Files.readString(folder.resolve("up.log"))).isTrue();
        assertThat(Traces.of(name))
                .as("killed %d ms after the first pod, -Dseed=%d", delay, seed)
                .isEmpty();
    }

    private boolean podsExist() {
        return Traces.of(name).stream().anyMatch(trace -> trace.startsWith("/run/netns/") && trace.contains("_pod-"));
    }

    private Process up(Path folder, String... arguments) throws IOException {
        List<String> argv = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "up",
                "--name",
                name));
        argv.addAll(List.of(arguments));
        return new ProcessBuilder(argv)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("up.log").toFile())
                .start();
    }

    /** The lab's commands alone, as a program. */
    static final class Main {
        public static void main(String[] arguments) {
            System.exit(new CommandLine(new LabCommand()).execute(arguments));
        }
    }
}

package dev.espalier.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
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
        Process up = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "up",
                        "--name",
                        name,
                        "--node-daemon",
                        "frr")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("up.log").toFile())
                .start();
        Thread.sleep(delay);
        up.destroyForcibly().waitFor();

        Lab.down(name);

        assertThat(Traces.of(name))
                .as("killed after %d ms, -Dseed=%d", delay, seed)
                .isEmpty();
    }

    /** The lab's commands alone, as a program. */
    static final class Main {
        public static void main(String[] arguments) {
            System.exit(new CommandLine(new LabCommand()).execute(arguments));
        }
    }
}

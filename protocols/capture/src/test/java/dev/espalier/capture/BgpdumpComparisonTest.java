package dev.espalier.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What we read from recordings beside what {@code bgpdump -m} (Debian's package) reads from them. */
class BgpdumpComparisonTest {

    private static final Path SAMPLES = Path.of("src/test/resources/dev/espalier/capture");

    /** Where the recordings of the real Internet are, if they are on this machine: beside the work tree. */
    private static final Path RECORDINGS = Path.of("../../../shared/data/mrt");

    @ParameterizedTest
    @CsvSource({
        "caida-jinx-ribs.1401487200.bz2, 503590, 6",
        "ripencc-updates.et-header.2015.gz, 577744, 30",
        "routeviews-updates.20260222.1530.bz2, 118663, 0"
    })
    void everyLineOfARecordingOfTheInternetIsTheOneOfBgpdump(String name, int lines, int excused) throws Exception {
        Path file = RECORDINGS.resolve(name);
        assumeThat(Files.exists(file)).as("%s is there", file).isTrue();
        assertThat(compare(file, excused)).isEqualTo(lines);
    }

    @Test
    void everyLineOfOurOwnSampleIsTheOneOfBgpdump() throws Exception {
        assertThat(compare(SAMPLES.resolve("table.mrt.bz2"), 0)).isEqualTo(1000);
        assertThat(compare(SAMPLES.resolve("updates.mrt.gz"), 0)).isGreaterThan(1000);
    }

    /** Returns how many lines there are; what has findings is excused, at most so many. */
    private static int compare(Path file, int mostExcused) throws IOException, InterruptedException {
        assumeThat(bgpdump()).as("bgpdump is installed").isTrue();
        Map<String, Integer> missing = new HashMap<>();
        BgpdumpLines ours = new BgpdumpLines(line -> missing.merge(line, 1, Integer::sum));
        try (Capture capture = Capture.open(file)) {
            capture.forEach(ours::write);
        }
        assertThat(ours.excused()).hasSizeLessThanOrEqualTo(mostExcused);
        Set<String> excusedKeys = new HashSet<>(ours.excused());
        int[] counts = new int[2];
        forEachLineOfBgpdump(file, line -> {
            counts[0]++;
            if (excusedKeys.contains(BgpdumpLines.key(line))) {
                counts[1]++;
                return;
            }
            String normalised = BgpdumpLines.normalised(line);
            Integer left = missing.computeIfPresent(normalised, (same, count) -> count == 1 ? 0 : count - 1);
            assertThat(left).as("we have no such line: %s", normalised).isNotNull();
            if (left == 0) {
                missing.remove(normalised);
            }
        });
        assertThat(missing).as("bgpdump has no such lines").isEmpty();
        assertThat(counts[1])
                .as("lines of bgpdump that have findings")
                .isEqualTo(ours.excused().size());
        return counts[0];
    }

    private static boolean bgpdump() {
        return List.of(System.getenv("PATH").split(File.pathSeparator)).stream()
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "bgpdump")));
    }

    private static void forEachLineOfBgpdump(Path file, Consumer<String> consumer)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder("bgpdump", "-m", file.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            lines.lines().forEach(consumer);
        } finally {
            process.destroy();
        }
        assertThat(process.waitFor()).as("exit status of bgpdump").isZero();
    }
}

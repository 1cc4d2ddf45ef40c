package dev.espalier.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/traps.md names a test for each trap; a test that was renamed or removed must not go unnoticed there. */
class TrapsPageTest {

    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Pattern TEST = Pattern.compile("`(\\w+)\\.(\\w+)`");

    @Test
    void everyTestOnThePageExistsAndEveryTrapHasOne() throws IOException {
        Map<String, String> sources = sources();
        List<String> missing = new ArrayList<>();
        int traps = 0;
        for (String line : Files.readAllLines(ROOT.resolve("docs/traps.md"))) {
            if (!line.startsWith("| ") || line.startsWith("| Trap ")) {
                continue;
            }
            traps++;
            var tests = TEST.matcher(line);
            if (!tests.find()) {
                missing.add("no test for: " + line);
                continue;
            }
            do {
                if (!sources.getOrDefault(tests.group(1), "").contains("void " + tests.group(2) + "(")) {
                    missing.add(tests.group());
                }
            } while (tests.find());
        }
        assertThat(missing).isEmpty();
        assertThat(traps).isGreaterThan(50);
    }

    /** The text of all tests by class; classes of one name are put together. */
    private static Map<String, String> sources() throws IOException {
        Map<String, String> sources = new HashMap<>();
        try (Stream<Path> files = Files.walk(ROOT)) {
            files.filter(file -> file.toString().endsWith("Test.java")).forEach(file -> {
                try {
                    String name = file.getFileName().toString().replace(".java", "");
                    sources.merge(name, Files.readString(file), String::concat);
                } catch (IOException failure) {
                    throw new UncheckedIOException(failure);
                }
            });
        }
        return sources;
    }
}

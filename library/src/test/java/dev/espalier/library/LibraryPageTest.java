package dev.espalier.library;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/library.md against what it describes. That the example works is shown with real peers in lab/interop. */
class LibraryPageTest {

    private static final Path EXAMPLE = Path.of("../docs/examples/AnnounceRoute.java");

    private static String page() throws IOException {
        return Files.readString(Path.of("../docs/library.md"));
    }

    @Test
    void theExampleOfThePageIsTheOneThatIsRunAndHasAtMostThirtyLines() throws IOException {
        assertThat(page()).contains("```java\n" + Files.readString(EXAMPLE) + "```\n");
        assertThat(Files.readAllLines(EXAMPLE)).hasSizeLessThanOrEqualTo(30);
    }

    @Test
    void thePageNamesEveryEvent() throws IOException {
        String page = page();
        Stream<String> events =
                Arrays.stream(SpeakerEvent.class.getPermittedSubclasses()).map(Class::getSimpleName);
        assertThat(events).allSatisfy(event -> assertThat(page).contains("`" + event + "`"));
    }
}

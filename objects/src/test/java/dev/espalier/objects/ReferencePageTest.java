package dev.espalier.objects;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.objects.kind.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The reference page says what the code does: every field is there, and its examples work. */
class ReferencePageTest {

    private static final Path PAGE = Path.of("../docs/configuration.md");
    private static final Path KINDS = Path.of("src/main/java/dev/espalier/objects/kind");
    private static final Pattern FIELD =
            Pattern.compile("(?:optional|required|set|value|add)\\((?:\\s*actions,\\s*fields,)?\\s*\"(\\w+)\"");

    @Test
    void everyFieldIsOnThePage() throws IOException {
        TreeSet<String> fields = new TreeSet<>();
        try (Stream<Path> sources = Files.list(KINDS)) {
            for (Path source : sources.toList()) {
                Matcher field = FIELD.matcher(Files.readString(source));
                while (field.find()) {
                    fields.add(field.group(1));
                }
            }
        }
        String page = Files.readString(PAGE);

        assertThat(fields).as("the pattern finds fields").contains("asn", "holdTime", "setMed", "medEq", "members");
        assertThat(fields).allSatisfy(field -> assertThat(page).containsPattern("[`.{ ]" + field + "[`:.]"));
    }

    @Test
    void everyKindIsOnThePage() throws IOException {
        String page = Files.readString(PAGE);

        assertThat(Kind.NAMES).allSatisfy(kind -> assertThat(page).containsPattern("(?m)^(## |\\| )" + kind + "\\b"));
    }

    @Test
    void theExamplesOnThePageWork() throws IOException {
        List<String> examples = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(PAGE))
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toList());

        assertThat(examples).hasSize(10).allSatisfy(Examples::plan);
    }
}

package dev.espalier.objects;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every way to get a configuration wrong, with the exact place and sentence, in {@code bad-inputs.txt}. To change many sentences
 * at once, run with {@code -Dgolden.write=FILE}: the table as it would be is written there, to be read before it
 * replaces the old one.
 */
class BadInputsTest {

    private record Case(String title, String text, String errors) {}

    @TestFactory
    Stream<DynamicTest> eachMistakeIsNamedWithItsPlace() throws IOException {
        List<Case> cases = cases();
        String target = System.getProperty("golden.write");
        if (target != null) {
            Files.writeString(Path.of(target), actual(cases));
        }
        assertThat(cases).hasSizeGreaterThan(60);
        return cases.stream()
                .map(each -> DynamicTest.dynamicTest(
                        each.title, () -> assertThat(Examples.errors(each.text)).isEqualTo(each.errors)));
    }

    private static String actual(List<Case> cases) {
        StringBuilder table = new StringBuilder();
        for (Case each : cases) {
            String errors;
            try {
                errors = Examples.errors(each.text);
            } catch (AssertionError | RuntimeException unexpected) {
                errors = "!!! " + unexpected;
            }
            table.append("=== ").append(each.title).append('\n').append(each.text);
            table.append("--- errors\n").append(errors).append('\n');
        }
        return table.toString();
    }

    private static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (String part : Examples.resource("bad-inputs.txt").split("(?m)^=== ", -1)) {
            if (!part.isEmpty()) {
                int title = part.indexOf('\n');
                int errors = part.indexOf("--- errors\n");
                cases.add(new Case(
                        part.substring(0, title),
                        part.substring(title + 1, errors),
                        part.substring(errors + "--- errors\n".length()).strip()));
            }
        }
        return cases;
    }
}

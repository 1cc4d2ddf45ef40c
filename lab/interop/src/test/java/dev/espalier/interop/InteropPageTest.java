package dev.espalier.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** docs/interop.md has a row for each test with other daemons, and none for others. */
class InteropPageTest {

    @Test
    void thePageHasARowForEveryTestAndForNoOther() throws IOException {
        Map<String, Map<String, Map<String, String>>> page = CapabilityMatrix.page();
        assertThat(page.keySet()).containsExactlyInAnyOrderElementsOf(CapabilityMatrix.TITLES.values());
        CapabilityMatrix.TITLES.forEach(
                (tests, title) -> assertThat(page.get(title).keySet())
                        .as("the rows of docs/interop.md; after a run they are in lab/interop/target/interop.md")
                        .isEqualTo(rows(tests)));
    }

    private static Set<String> rows(Class<?> tests) {
        return Arrays.stream(tests.getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(Test.class))
                .map(method -> CapabilityMatrix.sentence(method.getName()))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}

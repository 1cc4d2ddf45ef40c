package dev.espalier.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** docs/interop.md has a row for each test with other daemons, and none for others. */
class InteropPageTest {

    @Test
    void thePageHasARowForEveryTestAndForNoOther() throws IOException {
        Set<String> tests = Arrays.stream(InteropTest.class.getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(Test.class))
                .map(method -> CapabilityMatrix.sentence(method.getName()))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(CapabilityMatrix.page().keySet())
                .as("the rows of docs/interop.md; after a run of InteropTest they are in lab/interop/target/interop.md")
                .isEqualTo(tests);
    }
}

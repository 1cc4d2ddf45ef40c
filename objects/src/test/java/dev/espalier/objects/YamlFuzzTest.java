package dev.espalier.objects;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.espalier.objects.plan.Compilation;
import java.nio.charset.StandardCharsets;

/**
 * Whatever a configuration says, the outcome is a plan or a list of errors with places. An ordinary build replays the inputs in the
 * resources; to search, run {@code JAZZER_FUZZ=1 ./mvnw -pl objects test -Dtest=YamlFuzzTest -Djazzer.hooks=true}.
 */
class YamlFuzzTest {

    @FuzzTest(maxDuration = "5m")
    void anyTextIsAPlanOrErrors(byte[] input) {
        if (Examples.compile(new String(input, StandardCharsets.UTF_8)) instanceof Compilation.Refused refused) {
            assertThat(refused.errors()).isNotEmpty().allSatisfy(error -> {
                assertThat(error.place().line()).isPositive();
                assertThat(error.toString()).isNotBlank();
            });
        }
    }
}

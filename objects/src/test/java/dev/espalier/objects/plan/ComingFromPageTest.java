package dev.espalier.objects.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.objects.Examples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ComingFromPageTest {

    private static final Pattern EXAMPLE = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);

    @Test
    void theExamplesForThoseWhoComeFromOtherProjectsCompile() throws IOException {
        Matcher examples = EXAMPLE.matcher(Files.readString(Path.of("../docs/coming-from.md")));
        List<Plan> plans = new ArrayList<>();
        while (examples.find()) {
            plans.add(Examples.plan(examples.group(1)));
        }
        assertThat(plans).hasSize(2);
        assertThat(plans)
                .allSatisfy(plan ->
                        assertThat(plan.routers().getFirst().speaker().peers()).isNotEmpty());
    }
}

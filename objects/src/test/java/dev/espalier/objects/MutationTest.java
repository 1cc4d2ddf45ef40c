package dev.espalier.objects;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.objects.document.ConfigError;
import dev.espalier.objects.plan.Compilation;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Good texts, damaged at random: whatever comes out is a plan or errors with places, never an exception. A failure prints its
 * seed; run it again with {@code -Dseed=SEED}.
 */
class MutationTest {

    private static final List<String> SNIPPETS = List.of(
            "[",
            "]",
            "{",
            "}",
            ":",
            ": ",
            "- ",
            "\n",
            "  ",
            "\t",
            "\"",
            "'",
            "&a ",
            "*a",
            "!!x ",
            "#",
            "|",
            ">",
            "%",
            "@",
            "---\n",
            "...\n",
            "null",
            "true",
            "-1",
            "0",
            "99999999999999999999",
            "é",
            "\u0000",
            "\uD83C\uDF33",
            "\uFEFF",
            "${",
            "${node.name}",
            "}",
            "<<: ",
            "? ",
            "${interface.eth0.ipv4}",
            "accept-all",
            "65000",
            "10.0.0.0/8",
            "\uD800");

    @Test
    void aDamagedTextGivesAPlanOrErrors() {
        damage(Long.getLong("seed", System.nanoTime()), 3_000);
    }

    @Test
    @Tag("long")
    void aDamagedTextGivesAPlanOrErrorsForLong() {
        damage(Long.getLong("seed", System.nanoTime()), 100_000);
    }

    private static void damage(long seed, int rounds) {
        Random random = new Random(seed);
        List<String> texts =
                List.of(Examples.resource("examples/node.yaml"), Examples.resource("examples/reflector.yaml"));
        int plans = 0;
        int refusals = 0;
        for (int round = 0; round < rounds; round++) {
            String text = mutate(texts.get(random.nextInt(texts.size())), random);
            try {
                switch (Examples.compile(text)) {
                    case Compilation.Compiled _ -> plans++;
                    case Compilation.Refused refused -> {
                        refusals++;
                        check(refused.errors());
                    }
                }
            } catch (RuntimeException | StackOverflowError | AssertionError failure) {
                throw new AssertionError("seed " + seed + " round " + round + ":\n" + text, failure);
            }
        }
        assertThat(plans).as("some damage does no harm; seed %d", seed).isPositive();
        assertThat(refusals).as("some damage does harm; seed %d", seed).isPositive();
    }

    private static void check(List<ConfigError> errors) {
        assertThat(errors).isNotEmpty().allSatisfy(error -> {
            assertThat(error.place().file()).isEqualTo("test.yaml");
            assertThat(error.place().line()).isPositive();
            assertThat(error.place().column()).isPositive();
            assertThat(error.message()).isNotBlank();
        });
    }

    private static String mutate(String text, Random random) {
        StringBuilder mutated = new StringBuilder(text);
        for (int times = 1 + random.nextInt(4); times > 0; times--) {
            int at = random.nextInt(mutated.length());
            int end = Math.min(mutated.length(), at + 1 + random.nextInt(12));
            switch (random.nextInt(4)) {
                case 0 -> mutated.delete(at, end);
                case 1 -> mutated.insert(at, SNIPPETS.get(random.nextInt(SNIPPETS.size())));
                case 2 -> mutated.replace(at, end, SNIPPETS.get(random.nextInt(SNIPPETS.size())));
                default -> mutated.insert(at, mutated.substring(at, end));
            }
        }
        return mutated.toString();
    }
}

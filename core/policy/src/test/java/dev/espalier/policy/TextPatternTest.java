package dev.espalier.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.net.Asn;
import dev.espalier.policy.TextPattern.Alphabet;
import dev.espalier.route.AsPath;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextPatternTest {

    private static boolean matches(String expression, String path) {
        return TextPattern.compile(expression, Alphabet.AS_PATH).matches(path);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            emptyValue = "",
            value = {
                "^$; ''; true", // announced here
                "^$; 65000; false",
                "^65000$; 65000; true",
                "^65000$; 65000 65000; false",
                "^65000$; 165000; false",
                "_65000_; 65000; true",
                "_65000_; 1 65000 2; true",
                "_65000_; 1 65000; true",
                "_65000_; 165000 650001; false",
                "_65000_; ''; false",
                "^65000(_.*)?$; 65000; true",
                "^65000(_.*)?$; 65000 1 2; true",
                "^65000(_.*)?$; 650001; false",
                "^65000_; 65000 1; true",
                "^65000_; 65000; true",
                "^65000_; 1 65000; false",
                "_65000$; 1 65000; true", // originated there
                "_65000$; 65000 1; false",
                "^[0-9]+$; 65001; true", // the neighbour's own
                "^[0-9]+$; 65001 65002; false",
                "^[0-9]+_[0-9]+$; 65001 65002; true",
                "^(65001_)+$; 65001 65001 65001; true", // prepended by one neighbour
                "^(65001_)+$; 65001 65002; false",
                "_(64512|64513)_; 1 64513 2; true",
                "_(64512|64513)_; 1 64514 2; false",
                "_6451[2-9]_; 1 64515; true",
                "_6451[^2-9]_; 1 64511; true",
                "_6451[^2-9]_; 1 64515; false",
                ".*; ''; true",
                ".+; ''; false",
                "_65001_65002_; 1 65001 65002 3; true",
                "_65001_65002_; 65001 3 65002; false",
                "^_65001_; 65001 2; true", // both say where the text begins
                "_65001_$; 2 65001; true",
                "_65002_; 65001 {65002,65003}; true", // an AS_SET
                "_65003_; 65001 {65002,65003}; true",
                "_65002_; (65002 65003) 1; true", // a confederation
                "\\{; 65001 {1,2}; true",
                "\\(; (65002) 1; true",
                "^[0-9]+( [0-9]+){0,2}$; 1 2 3; true", // at most three hops
                "^[0-9]+( [0-9]+){0,2}$; 1 2 3 4; false",
                "^[0-9]{5}$; 65000; true",
                "^[0-9]{5}$; 6500; false",
                "^([0-9]+_){3,}$; 1 2 3 4; true",
                "^([0-9]+_){3,}$; 1 2; false",
                "1|2; 3 2; true",
                "^(1|)$; ''; true",
            })
    void anAsPathExpressionMeansWhatItMeansOnARouter(String expression, String path, boolean expected) {
        assertThat(matches(expression, path)).isEqualTo(expected);
    }

    @Test
    void theTextOfARealPathIsWhatIsSearched() {
        AsPath path = AsPath.of(List.of(
                new AsPath.Segment(AsPath.AS_SEQUENCE, List.of(new Asn(65001), new Asn(4_200_000_000L))),
                new AsPath.Segment(AsPath.AS_SET, List.of(new Asn(7), new Asn(8)))));

        assertThat(matches("^65001_4200000000_.*_8_$", path.toString())).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '"',
            value = {
                "_65000_x; 8; 'x' never occurs in an AS path",
                "(65000; 1; '(' is not closed",
                "65000); 6; ')' closes nothing",
                "[0-9; 1; '[' is not closed",
                "*65000; 1; '*' repeats nothing",
                "(+1); 2; '+' repeats nothing",
                "1[9-0]; 3; '9-0' is not a range",
                "65\\d; 3; '\\d' is not known here",
                "65000\\; 6; '\\' is followed by nothing",
                "1{300}; 2; a count is written",
                "1{4,2}; 2; a count is written",
                "1{65000,; 2; a count is written",
            })
    void aMistakeIsNamedWithItsPosition(String expression, int position, String what) {
        assertThatThrownBy(() -> TextPattern.compile(expression, Alphabet.AS_PATH))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + expression + "' is wrong at character " + position + ": ")
                .hasMessageContaining(what);
    }

    @ParameterizedTest
    @ValueSource(strings = {"^(([0-9]+)+)+$", "^([0-9]|[0-9][0-9])*$", "(.*)*(.*)*(.*)*_9_$", "^(1?){50}1{50}$"})
    void anExpressionThatMakesBacktrackersBlowUpTakesOneStepPerCharacter(String expression) {
        TextPattern pattern = TextPattern.compile(expression, Alphabet.AS_PATH);
        String hostile = "1".repeat(100_000) + " ";

        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(2), () -> pattern.matches(hostile));
    }

    @Test
    void anExpressionWhoseAutomatonWouldBlowUpIsRefused() {
        // Which of the last twelve characters was a 1: 2 to the power of 12 states.
        assertThatThrownBy(() -> TextPattern.compile("1.{12}$", Alphabet.AS_PATH))
                .hasMessageContaining("too complicated");
        assertThatThrownBy(() -> TextPattern.compile("(((1{200}){200}){200}){200}", Alphabet.AS_PATH))
                .hasMessageContaining("too complicated");
    }

    @Test
    void aUsualExpressionHasAHandfulOfStates() {
        assertThat(TextPattern.compile("_65000_", Alphabet.AS_PATH).states()).isLessThan(12);
    }

    @Test
    void agreesWithTheJdkOnRandomExpressions() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 3000; round++) {
            String expression = expression(random, 3);
            Pattern reference = Pattern.compile(expression.replace("_", "(?:^|[ ,{}()\\[\\]]|$)"), Pattern.DOTALL);
            TextPattern pattern = TextPattern.compile(expression, Alphabet.AS_PATH);
            for (int i = 0; i < 10; i++) {
                String text = text(random);
                assertThat(pattern.matches(text))
                        .as("seed %d: '%s' in '%s'", seed, expression, text)
                        .isEqualTo(reference.matcher(text).find());
            }
        }
    }

    /** Few different characters, so that matches happen. */
    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(8); i > 0; i--) {
            text.append("12 ".charAt(random.nextInt(3)));
        }
        return text.toString();
    }

    private static String expression(Random random, int depth) {
        if (depth == 0) {
            return List.of("1", "2", ".", "_", "[12]", "[^1]", "^", "$").get(random.nextInt(8));
        }
        String first = expression(random, depth - 1);
        String second = expression(random, depth - 1);
        return switch (random.nextInt(7)) {
            case 0 -> "(" + first + "|" + second + ")";
            case 1 -> "(" + first + ")*";
            case 2 -> "(" + first + ")+" + second;
            case 3 -> "(" + first + ")?" + second;
            case 4 -> "(" + first + "){1,2}";
            default -> first + second;
        };
    }
}

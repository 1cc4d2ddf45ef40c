package dev.espalier.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SummaryTest {

    private static String line(String daemon, boolean right, double seconds, double foreign) {
        PhaseResult result = new PhaseResult(
                "announce", right, seconds, right ? 0 : 3, 10, 10, 0, 0, seconds, 0.1, foreign, 1024, 2048, 4096, null);
        return "{\"daemon\":\"" + daemon + "\",\"scenario\":\"S1\"," + result.json() + ",\"run\":1}";
    }

    @Test
    void aMedianStandsWithItsSpreadAndItsRatioToBird() {
        assertThat(Summary.of(List.of(
                        line("bird", true, 2, 0),
                        line("espalier", true, 3, 0),
                        line("espalier", true, 1, 0),
                        line("espalier", true, 1.5, 0))))
                .contains("| S1 announce | espalier | 1.50 [1.00–3.00] | 0.75 |");
    }

    @Test
    void aWrongRunHasNoFigureAndIsSaid() {
        assertThat(Summary.of(List.of(line("bird", true, 2, 0), line("bird", false, 0.1, 0))))
                .contains("| 2.00 |")
                .contains("1 of 2 runs were wrong");
        assertThat(Summary.of(List.of(line("gobgp", false, 0.1, 0))))
                .contains("never right")
                .contains("3 entries wrong");
    }

    @Test
    void aDisturbedRunIsLeftOutWhileThereIsAQuietOne() {
        assertThat(Summary.of(List.of(line("bird", true, 2, 0), line("bird", true, 9, 5))))
                .contains("| bird | 2.00 |")
                .contains("1 disturbed runs left out");
        assertThat(Summary.of(List.of(line("bird", true, 9, 5)))).contains("no claim");
    }
}

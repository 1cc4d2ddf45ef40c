package dev.espalier.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is made of the results of a run: verdicts on goals, and the page in docs. */
class ResultsTest {

    private static final Path STORED = Path.of("results.jsonl");
    private static final Path PAGE = Path.of("..", "docs", "performance.md");

    private static String line(String daemon, String scenario, int run, String phase, double seconds, double foreign) {
        PhaseResult result =
                new PhaseResult(phase, true, seconds, 0, 10, 10, 0, 0, seconds, 0.1, foreign, 1024, 2048, 4096, null);
        Scenario usual = Scenario.named(scenario);
        return "{\"daemon\":\"" + daemon + "\",\"scenario\":\"" + scenario + "\",\"feeders\":" + usual.feeders()
                + ",\"each\":" + usual.prefixes() + "," + result.json() + ",\"run\":" + run + "}";
    }

    private static String verdict(String scenario, String what, String... lines) {
        Results results = Results.of(List.of(lines));
        return Goal.all().stream()
                .filter(goal -> goal.scenario().equals(scenario) && goal.what().equals(what))
                .map(goal -> goal.row(results))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void timesArePhasesSummedRunByRunAndThenTheMedian() {
        assertThat(verdict(
                        "S1",
                        "time",
                        line("bird", "S1", 1, "announce", 2, 0),
                        line("bird", "S1", 1, "drop", 1, 0),
                        line("bird", "S1", 1, "rest", 9, 0),
                        line("espalier", "S1", 1, "announce", 1, 0),
                        line("espalier", "S1", 1, "drop", 1, 0),
                        line("espalier", "S1", 2, "announce", 0.2, 0),
                        line("espalier", "S1", 2, "drop", 0.2, 0),
                        line("espalier", "S1", 3, "announce", 0.5, 0),
                        line("espalier", "S1", 3, "drop", 0.7, 0)))
                .contains("1.20 s [0.40 s–2.00 s]")
                .contains("0.40 × bird (3.00 s)")
                .endsWith("| reached |");
    }

    @Test
    void whatIsMissedIsSaid() {
        assertThat(verdict(
                        "S2",
                        "time",
                        line("bird", "S2", 1, "announce", 1, 0),
                        line("espalier", "S2", 1, "announce", 0.9, 0)))
                .contains("0.90 × bird")
                .endsWith("| **not reached** |");
    }

    @Test
    void asNearToTheGeneratorsFloorAsBirdIsIsEnough() {
        String[] lines = {
            line("null", "S3", 1, "announce", 1, 0),
            line("bird", "S3", 1, "announce", 1.1, 0),
            line("espalier", "S3", 1, "announce", 1.14, 0)
        };
        assertThat(verdict("S3", "time", lines)).endsWith("| reached |");
        lines[2] = line("espalier", "S3", 1, "announce", 1.2, 0);
        assertThat(verdict("S3", "time", lines)).endsWith("| **not reached** |");
        lines[1] = line("bird", "S3", 1, "announce", 1.2, 0);
        lines[2] = line("espalier", "S3", 1, "announce", 1.14, 0);
        assertThat(verdict("S3", "time", lines)).endsWith("| **not reached** |");
    }

    @Test
    void disturbedRunsAreLeftOutAndClaimNothingWhenThereAreNoOthers() {
        String bird = line("bird", "S2", 1, "announce", 2, 0);
        assertThat(verdict(
                        "S2",
                        "time",
                        bird,
                        line("espalier", "S2", 1, "announce", 9, 5),
                        line("espalier", "S2", 2, "announce", 1, 0)))
                .contains("| 1.00 s |")
                .endsWith("| reached |");
        assertThat(verdict("S2", "time", bird, line("espalier", "S2", 1, "announce", 1, 5)))
                .endsWith("| reached, but the machine was busy: no claim |");
    }

    @Test
    void aWrongTableIsNoResult() {
        String right = line("espalier", "S2", 1, "announce", 0.1, 0);
        String bird = line("bird", "S2", 1, "announce", 2, 0);
        assertThat(verdict("S2", "time", bird, right.replace("\"ok\":true", "\"ok\":false")))
                .endsWith("| not measured |");
    }

    @Test
    void aScenarioOfAnotherSizeIsAnotherScenario() {
        String line = line("bird", "S4", 1, "announce", 2, 0);
        assertThat(ResultLine.of(line).scenario()).isEqualTo("S4");
        assertThat(ResultLine.of(line.replace("\"feeders\":200", "\"feeders\":50"))
                        .scenario())
                .isEqualTo("S4:50x100");
        assertThat(ResultLine.of(line.replace("\"each\":100,", "\"each\":7,")).scenario())
                .isEqualTo("S4:7");
    }

    @Test
    void theKernelsStatisticsTellHowManyPrefixesTheMainTableHas() {
        assertThat(KernelTable.prefixes("""
                        Basic info: size of leaf: 48 bytes, size of tnode: 40 bytes.
                        Id 201:
                        \tPrefixes:       9
                        Main:
                        \tAver depth:     2.42
                        \tPrefixes:       1000007
                        Local:
                        \tPrefixes:       7
                        """)).isEqualTo(1_000_007);
    }

    @Test
    void thePageIsWhatTheGeneratorMakesOfTheStoredResults() throws IOException {
        assertThat(Files.readString(PAGE))
                .as(
                        "docs/performance.md is written by bench/run --page, or anew from what is stored by "
                                + "java -cp 'bench/target/bench/lib/*' dev.espalier.bench.load.PerformancePage bench/results.jsonl")
                .isEqualTo(PerformancePage.of(Files.readAllLines(STORED)));
    }

    @Test
    void everyScenarioOfAGoalIsInTheShortPlan() throws IOException {
        String script = Files.readString(Path.of("run"));
        String plan = script.substring(script.indexOf("plan_short()"), script.indexOf("plan_full()"));
        assertThat(Goal.all()).allMatch(goal -> plan.contains("\n" + goal.scenario() + " "));
    }
}

package dev.espalier.bench.load;

import dev.espalier.bench.load.Results.Measured;
import dev.espalier.bench.load.Results.OneRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Something that Espalier wants to reach, in a scenario: a figure that stays below a limit, of its own or as a ratio to others in the
 * same run.
 *
 * @param what the figure, for people
 * @param scenario where it is measured
 * @param figure of a run
 * @param format how it is printed, with its unit
 * @param limit not to be exceeded
 * @param others to whose best the limit is a ratio; empty for a limit by itself
 */
record Goal(
        String what,
        String scenario,
        ToDoubleFunction<OneRun> figure,
        String format,
        double limit,
        List<String> others) {

    private static final String US = "espalier";

    /** Who is that near to the generator's own floor cannot be measured better; being as near is enough. */
    private static final double NEAR_THE_FLOOR = 1.15;

    static final ToDoubleFunction<OneRun> WALL = run -> run.sum("seconds");
    static final ToDoubleFunction<OneRun> CPU = run -> run.sum("daemon_cpu_s");
    static final ToDoubleFunction<OneRun> PEAK_MB = run -> run.most("peak_kb") / 1024;

    /** All that is wanted. */
    static List<Goal> all() {
        List<Goal> goals = new ArrayList<>();
        goals.add(wall("S1", 0.8, "bird"));
        goals.add(wall("S2", 0.8, "bird"));
        for (String scenario : List.of("S3", "S4", "S3h", "S4h")) {
            goals.add(wall(scenario, 0.25, "bird"));
            goals.add(wall(scenario, 0.8, "frr-coalesce-1"));
        }
        goals.add(wall("S6", 1, "bird", "frr", "gobgp", "openbgpd"));
        goals.add(wall("S6p", 1, "bird", "frr", "gobgp", "openbgpd"));
        goals.add(new Goal("latency p99", "S5", run -> run.of("churn", "p99_ms"), "%.2f ms", 0.3, List.of()));
        goals.add(new Goal("latency at most", "S5", run -> run.of("churn", "max_ms"), "%.2f ms", 10, List.of()));
        goals.add(new Goal("peak memory", "S1", PEAK_MB, "%.0f MB", 1, List.of("bird")));
        goals.add(new Goal("peak memory", "S2", PEAK_MB, "%.0f MB", 0.7, List.of("bird")));
        goals.add(new Goal(
                "memory kept when all is withdrawn",
                "S1",
                run -> (run.of("rest", "resident_kb") - run.of("rest", "start_kb")) / 1024,
                "%.0f MB",
                60,
                List.of()));
        goals.add(new Goal("CPU", "S1", CPU, "%.2f s", 1.2, List.of("bird")));
        goals.add(new Goal("CPU", "S3", CPU, "%.2f s", 0.5, List.of("bird")));
        goals.add(new Goal("CPU", "S4", CPU, "%.2f s", 0.5, List.of("bird")));
        goals.add(new Goal(
                "prefixes withdrawn in between",
                "S2",
                run -> run.of("switch", "withdrawn_meanwhile"),
                "%.0f",
                0,
                List.of()));
        ToDoubleFunction<OneRun> install = run -> run.of("install", "seconds");
        goals.add(new Goal("a million routes installed", "kernel", install, "%.2f s", 1.3, List.of("null")));
        goals.add(new Goal("a million routes installed", "kernel", install, "%.2f s", 0.4, List.of("bird", "frr")));
        goals.add(new Goal("start to Established", "start", WALL, "%.2f s", 0.6, List.of()));
        goals.add(new Goal(
                "memory, idle", "idle", run -> run.of("idle", "resident_kb") / 1024, "%.0f MB", 80, List.of()));
        goals.add(new Goal(
                "CPU, idle",
                "idle",
                run -> 100 * run.of("idle", "daemon_cpu_s") / run.of("idle", "seconds"),
                "%.2f %% of a core",
                0.2,
                List.of()));
        return goals;
    }

    private static Goal wall(String scenario, double limit, String... others) {
        return new Goal("time", scenario, WALL, "%.2f s", limit, List.of(others));
    }

    /** A row of the page's table. */
    String row(Results results) {
        Measured ours = results.of(scenario, US);
        List<String> known = others.stream()
                .filter(other -> results.of(scenario, other).isKnown())
                .toList();
        String wanted = others.isEmpty()
                ? "≤ " + String.format(Locale.ROOT, format, limit)
                : String.format(Locale.ROOT, "≤ %.2f × ", limit)
                        + (others.size() > 1 ? "the fastest other" : others.getFirst());
        if (!ours.isKnown() || (!others.isEmpty() && known.isEmpty())) {
            return "| " + scenario + " | " + what + " | " + wanted + " | | | not measured |";
        }
        String best = known.stream()
                .min((one, other) -> Double.compare(
                        results.of(scenario, one).median(figure),
                        results.of(scenario, other).median(figure)))
                .orElse(US);
        double theirs = others.isEmpty() ? 1 : results.of(scenario, best).median(figure);
        double reached = ours.median(figure) / theirs;
        boolean disturbed = ours.isDisturbed() || results.of(scenario, best).isDisturbed();
        String verdict = isMet(results, reached) ? "reached" : "**not reached**";
        return "| " + scenario + " | " + what + " | " + wanted + " | " + ours.spread(figure, format) + " | "
                + (others.isEmpty()
                        ? ""
                        : String.format(Locale.ROOT, "%.2f × %s (", reached, best)
                                + results.of(scenario, best).spread(figure, format) + ")")
                + " | " + verdict + (disturbed ? ", but the machine was busy: no claim" : "") + " |";
    }

    private boolean isMet(Results results, double reached) {
        return reached <= limit || isNearTheFloor(results);
    }

    /** Where BIRD is within 15 % of the generator alone, over what both can do, being as near to it counts. */
    private boolean isNearTheFloor(Results results) {
        Measured floor = results.of(scenario, "null");
        Measured bird = results.of(scenario, "bird");
        if (figure != WALL || !floor.isKnown() || !bird.isKnown()) {
            return false;
        }
        ToDoubleFunction<OneRun> announce = run -> run.of("announce", "seconds");
        double most = NEAR_THE_FLOOR * floor.median(announce);
        return bird.median(announce) <= most && results.of(scenario, US).median(announce) <= most;
    }
}

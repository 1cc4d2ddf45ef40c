package dev.espalier.bench.load;

import dev.espalier.bench.load.Results.Measured;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Writes {@code docs/performance.md} from the results of one {@code bench/run --page}. Nothing on that page is written by hand. */
public final class PerformancePage {

    private static final List<String> IN_CURVES = List.of("espalier", "bird");
    private static final int BAR = 40;

    private final Results results;
    private final StringBuilder page = new StringBuilder();

    private PerformancePage(Results results) {
        this.results = results;
    }

    /** Prints the page for one file of results. */
    public static void main(String[] arguments) throws IOException {
        System.out.write(of(Files.readAllLines(Path.of(arguments[0]))).getBytes(StandardCharsets.UTF_8));
        System.out.flush();
    }

    /** The page. */
    static String of(List<String> lines) {
        PerformancePage page = new PerformancePage(Results.of(lines));
        page.introduction();
        page.goals();
        page.figures();
        page.curves();
        return page.page.toString();
    }

    private void introduction() {
        ResultLine machine = results.machine();
        page.append("""
                # Performance

                <!-- Written by `bench/run --page` from bench/results.jsonl. Do not edit: a test compares the two. -->

                Espalier beside other BGP daemons on one machine, in one run: the daemons take turns, each run is a fresh process, cold as
                after a restart, and the same load is played to each. A figure is the median, with the least and the most in brackets.
                Runs with wrong tables have no figure; runs during which other programs used more than a tenth of a core are left out,
                or marked where there are no others. [bench/README.md](../bench/README.md) describes the scenarios and the load
                generator; `null` is the generator with a relay that has no table, the floor of what can be measured.

                """);
        page.append("| | |\n|---|---|\n");
        row(
                "machine",
                machine.text("machine") + ", " + machine.text("cores") + " cores, " + machine.text("memory_gb")
                        + " GiB");
        row("kernel", machine.text("kernel"));
        row("Espalier", machine.text("commit") + " on JDK " + machine.text("jdk"));
        row("its flags", "`" + machine.text("flags") + "`");
        row(
                "others",
                "BIRD " + machine.text("bird") + ", FRR " + machine.text("frr") + ", GoBGP " + machine.text("gobgp")
                        + ", OpenBGPD " + machine.text("openbgpd")
                        + " (Debian packages; `frr-coalesce-1` is FRR with `coalesce-time 1`)");
        row("measured", machine.text("date") + (machine.has("note") ? ": " + machine.text("note") : ""));
        page.append("""

                Routes go into the kernel in `kernel` only; elsewhere Espalier runs with `installRoutes: false`, as the others run
                without the kernel.

                """);
    }

    private void row(String name, String value) {
        page.append("| ").append(name).append(" | ").append(value).append(" |\n");
    }

    private void goals() {
        page.append("""
                ## Goals

                Time and CPU are the sum over a scenario's phases. [profiles.md](profiles.md) says of goals that are not reached where the
                time goes, and what was tried.

                | scenario | figure | goal | Espalier | beside | |
                |---|---|---|---|---|---|
                """);
        Goal.all().forEach(goal -> page.append(goal.row(results)).append('\n'));
        page.append('\n');
    }

    private void figures() {
        page.append("""
                ## All figures

                | scenario | daemon | time by phase, s | CPU, s | peak, MB | runs | remarks |
                |---|---|---|---|---|---|---|
                """);
        for (String scenario : results.scenarios()) {
            for (String daemon : results.daemons(scenario)) {
                figures(scenario, daemon);
            }
        }
        page.append('\n');
    }

    private void figures(String scenario, String daemon) {
        Measured measured = results.of(scenario, daemon);
        page.append("| ").append(scenario).append(" | ").append(daemon).append(" | ");
        if (!measured.isKnown()) {
            page.append("never right | | | ").append(measured.count()).append(" | |\n");
            return;
        }
        List<String> phases = Stream.of(
                        "announce",
                        "withdraw",
                        "reannounce",
                        "switch",
                        "churn",
                        "establish",
                        "drop",
                        "install",
                        "remove",
                        "start",
                        "rest",
                        "idle")
                .filter(phase -> measured.right().getFirst().has(phase))
                .toList();
        page.append(String.join(
                "; ", phases.stream().map(phase -> figures(measured, phase)).toList()));
        page.append(" | ").append(measured.spread(Goal.CPU, "%.2f"));
        page.append(" | ").append(measured.spread(Goal.PEAK_MB, "%.0f"));
        page.append(" | ").append(measured.kept().size());
        page.append(" | ").append(measured.remarks()).append(" |\n");
    }

    private static String figures(Measured measured, String phase) {
        return switch (phase) {
            case "churn" ->
                "churn p50 " + measured.spread(run -> run.of(phase, "p50_ms"), "%.2f") + ", p99 "
                        + measured.spread(run -> run.of(phase, "p99_ms"), "%.2f") + ", at most "
                        + measured.spread(run -> run.of(phase, "max_ms"), "%.2f") + " ms";
            case "rest" ->
                "memory then " + measured.spread(run -> run.of(phase, "resident_kb") / 1024, "%.0f") + " MB after "
                        + measured.spread(run -> run.of(phase, "seconds"), "%.1f") + " s, at first "
                        + measured.spread(run -> run.of(phase, "start_kb") / 1024, "%.0f") + " MB";
            case "idle" -> "memory " + measured.spread(run -> run.of(phase, "resident_kb") / 1024, "%.0f") + " MB";
            default -> phase + " " + measured.spread(run -> run.of(phase, "seconds"), "%.2f");
        };
    }

    private void curves() {
        page.append("""
                ## Cost per route

                S1's announcement with tables of different sizes: microseconds per prefix, from the first octet sent to the last told.

                """);
        bars(
                List.of("S1:10000", "S1:100000", "S1", "S1:4000000"),
                List.of("10,000", "100,000", "1,000,000", "4,000,000"),
                (label, measured) -> 1e6 * measured.median(run -> run.of("announce", "seconds")) / size(label),
                "%.2f µs");
        page.append("""
                ## A reflector's cost per route told

                S4 with more and more clients of 100 prefixes, all told to all others: nanoseconds for each prefix told.

                """);
        bars(
                List.of("S4:50x100", "S4:100x100", "S4", "S4:400x100"),
                List.of("50 × 100 → 245,000", "100 × 100 → 990,000", "200 × 100 → 3,980,000", "400 × 100 → 15,960,000"),
                (label, measured) -> 1e9
                        * measured.median(
                                run -> run.of("announce", "seconds") / Math.max(1, run.of("announce", "prefixes"))),
                "%.0f ns");
    }

    private static double size(String label) {
        int colon = label.indexOf(':');
        return colon < 0 ? Scenario.named(label).prefixes() : Double.parseDouble(label.substring(colon + 1));
    }

    /** What a curve shows of a scenario. */
    @FunctionalInterface
    private interface Height {
        double of(String label, Measured measured);
    }

    private void bars(List<String> labels, List<String> names, Height height, String format) {
        double most = labels.stream()
                .flatMap(label -> IN_CURVES.stream()
                        .map(daemon -> results.of(label, daemon))
                        .filter(Measured::isKnown)
                        .map(measured -> height.of(label, measured)))
                .mapToDouble(Double::doubleValue)
                .max()
                .orElse(1);
        page.append("```text\n");
        for (int i = 0; i < labels.size(); i++) {
            for (String daemon : IN_CURVES) {
                Measured measured = results.of(labels.get(i), daemon);
                page.append(String.format(Locale.ROOT, "%-24s %-9s", names.get(i), daemon));
                if (measured.isKnown()) {
                    double value = height.of(labels.get(i), measured);
                    int length = (int) Math.max(1, Math.round(BAR * value / most));
                    page.append("█".repeat(length)).append(' ').append(String.format(Locale.ROOT, format, value));
                } else {
                    page.append("not measured");
                }
                page.append('\n');
            }
        }
        page.append("```\n\n");
    }
}

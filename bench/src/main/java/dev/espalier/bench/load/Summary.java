package dev.espalier.bench.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * A table of what {@code bench/run} measured: medians with least and most, and ratios to BIRD. Phases that were not right have
 * no figure, and those during which others used more than a tenth of a core are marked and left out while there are better ones.
 */
public final class Summary {

    private static final String YARDSTICK = "bird";

    private Summary() {}

    /** Prints the table of one file of results. */
    public static void main(String[] arguments) throws IOException {
        System.out.print(of(Files.readAllLines(Path.of(arguments[0]))));
    }

    /** The table as Markdown. */
    static String of(List<String> lines) {
        Map<String, Map<String, List<ResultLine>>> phases = new LinkedHashMap<>();
        for (String text : lines) {
            ResultLine line = ResultLine.of(text);
            if (!line.isPhase()) {
                continue;
            }
            phases.computeIfAbsent(line.scenario() + " " + line.text("phase"), phase -> new LinkedHashMap<>())
                    .computeIfAbsent(line.text("daemon"), daemon -> new ArrayList<>())
                    .add(line);
        }
        StringBuilder table = new StringBuilder("""
                | phase | daemon | seconds | to BIRD | CPU s | to BIRD | peak MB | remarks |
                |---|---|---|---|---|---|---|---|
                """);
        phases.forEach((phase, daemons) -> daemons.forEach((daemon, runs) ->
                table.append(row(phase, daemon, runs, daemons.get(YARDSTICK))).append('\n')));
        return table.toString();
    }

    private static String row(
            String phase, String daemon, List<ResultLine> runs, @Nullable List<ResultLine> yardstick) {
        List<ResultLine> right = runs.stream().filter(ResultLine::isRight).toList();
        if (right.isEmpty()) {
            return "| " + phase + " | " + daemon + " | never right | | | | | "
                    + runs.getLast().text("wrong") + " entries wrong in the last of " + runs.size() + " runs |";
        }
        List<ResultLine> kept = quiet(right);
        List<ResultLine> other = yardstick == null
                ? List.of()
                : quiet(yardstick.stream().filter(ResultLine::isRight).toList());
        return String.join(
                " | ",
                "| " + phase,
                daemon,
                spread(kept, line -> line.number("seconds"), "%.2f"),
                ratio(kept, other, line -> line.number("seconds")),
                spread(kept, line -> line.number("daemon_cpu_s"), "%.2f"),
                ratio(kept, other, line -> line.number("daemon_cpu_s")),
                spread(kept, line -> line.number("peak_kb") / 1024, "%.0f"),
                remarks(runs, right, kept) + " |");
    }

    /** Those runs of which others disturbed none much; all of them when there is no such run. */
    private static List<ResultLine> quiet(List<ResultLine> runs) {
        List<ResultLine> quiet =
                runs.stream().filter(line -> line.noise() <= Results.NOISY).toList();
        return quiet.isEmpty() ? runs : quiet;
    }

    private static String remarks(List<ResultLine> runs, List<ResultLine> right, List<ResultLine> kept) {
        List<String> remarks = new ArrayList<>();
        if (right.size() < runs.size()) {
            remarks.add(runs.size() - right.size() + " of " + runs.size() + " runs were wrong");
        }
        if (kept.getFirst().noise() > Results.NOISY) {
            remarks.add("others used up to "
                    + String.format(
                            Locale.ROOT,
                            "%.0f %%",
                            100
                                    * kept.stream()
                                            .mapToDouble(ResultLine::noise)
                                            .max()
                                            .orElse(0))
                    + " of a core: no claim");
        } else if (kept.size() < right.size()) {
            remarks.add(right.size() - kept.size() + " disturbed runs left out");
        }
        if (kept.getFirst().has("p99_ms")) {
            remarks.add("p50 " + spread(kept, line -> line.number("p50_ms"), "%.2f") + ", p99 "
                    + spread(kept, line -> line.number("p99_ms"), "%.2f") + ", max "
                    + spread(kept, line -> line.number("max_ms"), "%.2f") + " ms");
        }
        double withdrawn = median(kept, line -> line.number("withdrawn_meanwhile"));
        if (withdrawn > 0) {
            remarks.add(String.format(Locale.ROOT, "%.0f withdrawn meanwhile", withdrawn));
        }
        return String.join("; ", remarks);
    }

    private static String spread(List<ResultLine> runs, ToDoubleFunction<ResultLine> figure, String format) {
        double[] sorted = runs.stream().mapToDouble(figure).sorted().toArray();
        String median = String.format(Locale.ROOT, format, median(runs, figure));
        return sorted.length == 1
                ? median
                : median + " [" + String.format(Locale.ROOT, format, sorted[0]) + "–"
                        + String.format(Locale.ROOT, format, sorted[sorted.length - 1]) + "]";
    }

    private static String ratio(
            List<ResultLine> runs, List<ResultLine> yardstick, ToDoubleFunction<ResultLine> figure) {
        double one = yardstick.isEmpty() ? 0 : median(yardstick, figure);
        return one == 0 ? "" : String.format(Locale.ROOT, "%.2f", median(runs, figure) / one);
    }

    private static double median(List<ResultLine> runs, ToDoubleFunction<ResultLine> figure) {
        double[] sorted = runs.stream().mapToDouble(figure).toArray();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}

package dev.espalier.bench.load;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** What one call of {@code bench/run} measured, by scenario and daemon, and the machine. Immutable once read. */
final class Results {

    /** So much CPU of others, in cores, makes a run say nothing. */
    static final double NOISY = 0.1;

    private final Map<String, Map<String, Measured>> scenarios = new LinkedHashMap<>();
    private ResultLine machine = new ResultLine(Map.of());

    private Results() {}

    /** Reads the lines of a file of results. */
    static Results of(List<String> lines) {
        Results results = new Results();
        for (String text : lines) {
            ResultLine line = ResultLine.of(text);
            if (line.isPhase()) {
                results.scenarios
                        .computeIfAbsent(line.scenario(), scenario -> new LinkedHashMap<>())
                        .computeIfAbsent(line.text("daemon"), daemon -> new Measured())
                        .add(line);
            } else {
                results.machine = line;
            }
        }
        return results;
    }

    ResultLine machine() {
        return machine;
    }

    /** The scenarios in the order in which they were measured. */
    Iterable<String> scenarios() {
        return scenarios.keySet();
    }

    /** The daemons of a scenario in the order in which they were measured. */
    Iterable<String> daemons(String scenario) {
        return scenarios.getOrDefault(scenario, Map.of()).keySet();
    }

    /** What is known of a daemon in a scenario; without runs when nothing is. */
    Measured of(String scenario, String daemon) {
        return scenarios.getOrDefault(scenario, Map.of()).getOrDefault(daemon, new Measured());
    }

    /** One run: its phases in order. */
    static final class OneRun {

        private final Map<String, ResultLine> phases = new LinkedHashMap<>();

        boolean isRight() {
            return phases.values().stream().allMatch(ResultLine::isRight);
        }

        /** CPU of others over the whole run, in cores. */
        double noise() {
            double foreign = sum("foreign_cpu_s");
            return foreign == 0 ? 0 : foreign / (sum("seconds") + 0.5 * phases.size());
        }

        boolean has(String phase) {
            return phases.containsKey(phase);
        }

        /** The figure of one phase; 0 when it was not played. */
        double of(String phase, String field) {
            ResultLine line = phases.get(phase);
            return line == null ? 0 : line.number(field);
        }

        /** Over the phases that are work: not the rest after it. */
        double sum(String field) {
            return phases.entrySet().stream()
                    .filter(phase -> !phase.getKey().equals("rest"))
                    .mapToDouble(phase -> phase.getValue().number(field))
                    .sum();
        }

        double most(String field) {
            return phases.values().stream()
                    .mapToDouble(line -> line.number(field))
                    .max()
                    .orElse(0);
        }
    }

    /** All runs of a daemon in a scenario. */
    static final class Measured {

        private final Map<String, OneRun> runs = new LinkedHashMap<>();

        private void add(ResultLine line) {
            runs.computeIfAbsent(line.text("run"), run -> new OneRun()).phases.put(line.text("phase"), line);
        }

        int count() {
            return runs.size();
        }

        /** Those with the right tables. */
        List<OneRun> right() {
            return runs.values().stream().filter(OneRun::isRight).toList();
        }

        /** The right ones that others did not disturb; all right ones when there is no such run. */
        List<OneRun> kept() {
            List<OneRun> quiet =
                    right().stream().filter(run -> run.noise() <= NOISY).toList();
            return quiet.isEmpty() ? right() : quiet;
        }

        /** Whether no run was quiet, so that its figures claim nothing. */
        boolean isDisturbed() {
            return kept().stream().anyMatch(run -> run.noise() > NOISY);
        }

        /** Whether there is a figure. */
        boolean isKnown() {
            return !right().isEmpty();
        }

        double median(ToDoubleFunction<OneRun> figure) {
            double[] sorted = sorted(figure);
            int middle = sorted.length / 2;
            return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        }

        /** The median, and behind it the least and the most where there are several runs. */
        String spread(ToDoubleFunction<OneRun> figure, String format) {
            double[] sorted = sorted(figure);
            String median = String.format(Locale.ROOT, format, median(figure));
            return sorted.length == 1
                    ? median
                    : median + " [" + String.format(Locale.ROOT, format, sorted[0]) + "–"
                            + String.format(Locale.ROOT, format, sorted[sorted.length - 1]) + "]";
        }

        private double[] sorted(ToDoubleFunction<OneRun> figure) {
            double[] sorted = kept().stream().mapToDouble(figure).toArray();
            Arrays.sort(sorted);
            return sorted;
        }

        /** What a reader must know beside the figures. */
        String remarks() {
            List<String> remarks = new ArrayList<>();
            if (right().size() < count()) {
                remarks.add(count() - right().size() + " of " + count() + " runs wrong");
            }
            if (isDisturbed()) {
                double most = kept().stream().mapToDouble(OneRun::noise).max().orElse(0);
                remarks.add(String.format(Locale.ROOT, "others used up to %.0f %% of a core: no claim", 100 * most));
            } else if (kept().size() < right().size()) {
                remarks.add(right().size() - kept().size() + " disturbed runs left out");
            }
            return String.join("; ", remarks);
        }
    }
}

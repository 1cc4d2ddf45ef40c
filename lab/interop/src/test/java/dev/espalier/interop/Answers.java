package dev.espalier.interop;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** How long the daemon took for each question that was asked of it again and again. One thread. */
final class Answers {

    private final Espalier us;
    private final Map<String, List<Long>> took = new LinkedHashMap<>();

    Answers(Espalier us) {
        this.us = us;
    }

    /** Asks, reads the whole answer and notes how long that took. */
    void ask(String target) {
        long asked = System.nanoTime();
        us.read(target);
        long nanos = System.nanoTime() - asked;
        took.computeIfAbsent(target, unasked -> new ArrayList<>()).add(nanos);
    }

    /** The median of the question with the slowest, in ms. */
    long slowestMedianMillis() {
        return took.values().stream()
                .mapToLong(all -> all.stream().sorted().toList().get(all.size() / 2))
                .map(TimeUnit.NANOSECONDS::toMillis)
                .max()
                .orElseThrow();
    }

    /** One line per question: how often it was asked, median, 99th percentile and maximum as they were measured. */
    @Override
    public String toString() {
        StringBuilder lines = new StringBuilder();
        took.forEach((target, all) -> {
            long[] sorted = all.stream().mapToLong(Long::longValue).toArray();
            Arrays.sort(sorted);
            lines.append("  %-40s %5d times: p50 %6.1f ms, p99 %6.1f ms, max %6.1f ms%n"
                    .formatted(
                            target,
                            sorted.length,
                            sorted[sorted.length / 2] / 1e6,
                            sorted[(int) (sorted.length * 0.99)] / 1e6,
                            sorted[sorted.length - 1] / 1e6));
        });
        return lines.toString();
    }
}

package dev.espalier.lab;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;

/** Tells people how far a longer work is, one line per step: {@code [2/6] 8 network namespaces ... 0.3 s}. One thread. */
public final class Progress {

    private final PrintStream out;
    private final int steps;
    private int step;

    /**
     * For a work of so many steps.
     *
     * @param out where the lines go
     */
    public Progress(PrintStream out, int steps) {
        this.out = out;
        this.steps = steps;
    }

    /** Does the next step; the line is begun before and ended, with the time it took, after. */
    void step(String what, Runnable work) {
        step(what, () -> {
            work.run();
            return "";
        });
    }

    /** Does the next step, which returns what else to say at the end of the line. */
    void step(String what, Supplier<String> work) {
        step++;
        out.printf("[%d/%d] %s ... ", step, steps, what);
        out.flush();
        Instant start = Instant.now();
        try {
            String remark = work.get();
            out.printf("%s%.1f s%n", remark.isEmpty() ? "" : remark + ", ", seconds(start));
        } catch (RuntimeException failure) {
            out.printf("failed after %.1f s%n", seconds(start));
            throw failure;
        }
    }

    private static double seconds(Instant start) {
        return Duration.between(start, Instant.now()).toMillis() / 1000.0;
    }
}

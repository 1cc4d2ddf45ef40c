package dev.espalier.bench;

import dev.espalier.net.IntRows;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The rows in which paths and routes are kept, beside plain arrays of the same numbers. With a million rows, milliseconds a call
 * are nanoseconds a row.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@State(Scope.Thread)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class IntRowsBenchmark {

    private static final int COLUMN = 1;
    /** Larger than a page, and without a common factor with the size: a walk by it meets every row once, in no order. */
    private static final int STRIDE = 7_919;

    /** How many rows. */
    @Param({"1000000"})
    public int size;

    /** How many values the second column has; with one it is uniform. */
    @Param({"1", "5"})
    public int values;

    private IntRows rows = new IntRows(2);
    private int[] keys = {};
    private int[] column = {};

    /** Fills both. */
    @Setup(Level.Trial)
    public void fill() {
        rows = load();
        keys = new int[size];
        column = new int[size];
        for (int row = 0; row < size; row++) {
            keys[row] = row + 1;
            column[row] = row % values;
        }
    }

    /** All rows begin. */
    @Benchmark
    public IntRows load() {
        IntRows loaded = new IntRows(2);
        for (int row = 0; row < size; row++) {
            loaded.key(row, row + 1);
            loaded.set(COLUMN, row, row % values);
        }
        return loaded;
    }

    /** All rows begin and end. */
    @Benchmark
    public IntRows loadAndEnd() {
        IntRows loaded = load();
        for (int row = 0; row < size; row++) {
            loaded.key(row, 0);
        }
        return loaded;
    }

    /** Every row is looked at, in no order. */
    @Benchmark
    public int lookAtAll() {
        int sum = 0;
        for (int i = 0, row = 0; i < size; i++, row = after(row)) {
            sum += rows.key(row) + rows.get(COLUMN, row);
        }
        return sum;
    }

    /** The same with arrays. */
    @Benchmark
    public int lookAtAllInArrays() {
        int sum = 0;
        for (int i = 0, row = 0; i < size; i++, row = after(row)) {
            sum += keys[row] + column[row];
        }
        return sum;
    }

    /** Every row is visited in order. */
    @Benchmark
    public int visitAll() {
        int sum = 0;
        for (int row = rows.next(0); row >= 0; row = rows.next(row + 1)) {
            sum += rows.key(row);
        }
        return sum;
    }

    private int after(int row) {
        return row + STRIDE < size ? row + STRIDE : row + STRIDE - size;
    }
}

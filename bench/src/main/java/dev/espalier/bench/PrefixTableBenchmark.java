package dev.espalier.bench;

import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.PrefixTable;
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
import org.openjdk.jmh.infra.Blackhole;

/** The table that gives prefixes their numbers. Each figure is for one call on the whole sample: divide by its size. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@State(Scope.Thread)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PrefixTableBenchmark {

    /** A shape of {@link PrefixSample}; with a file, its size is the file's. */
    @Param({"runs", "random", "hosts", "ipv6"})
    public String shape = "runs";

    /** How many prefixes. */
    @Param({"1000000"})
    public int size;

    private PrefixSample sample = PrefixSample.of("runs", 1);
    private PrefixTable table = sample.table();
    private int[] anyOrder = {};
    private IpPrefix block = sample.everything();

    /** Draws the sample and fills the table. */
    @Setup(Level.Trial)
    public void fill() {
        sample = PrefixSample.of(shape, size);
        table = sample.table();
        anyOrder = sample.anyOrder();
        block = IpPrefix.of(IpAddress.of(sample.family, sample.high(sample.size / 2), sample.low(sample.size / 2)), 16);
    }

    /** A full table arrives and goes. */
    @Benchmark
    public PrefixTable loadAndWithdraw() {
        PrefixTable loaded = sample.table();
        for (int i = 0; i < sample.size; i++) {
            loaded.release(loaded.find(sample.high(i), sample.low(i), sample.length(i)));
        }
        return loaded;
    }

    /** A full table arrives. */
    @Benchmark
    public PrefixTable load() {
        return sample.table();
    }

    /** The same table arrives again, from another neighbour. */
    @Benchmark
    public int findAll() {
        int sum = 0;
        for (int i = 0; i < sample.size; i++) {
            sum += table.find(sample.high(i), sample.low(i), sample.length(i));
        }
        return sum;
    }

    /** Each prefix is found once, in no order. */
    @Benchmark
    public int findAllInAnyOrder() {
        int sum = 0;
        for (int i : anyOrder) {
            sum += table.find(sample.high(i), sample.low(i), sample.length(i));
        }
        return sum;
    }

    /** The first address of each prefix is looked up, in no order. */
    @Benchmark
    public int longestMatchInAnyOrder() {
        int sum = 0;
        for (int i : anyOrder) {
            sum += table.longestMatch(sample.high(i), sample.low(i), sample.family.bits(), id -> id >= 0);
        }
        return sum;
    }

    /** All prefixes are visited in order. */
    @Benchmark
    public void walkAll(Blackhole visited) {
        table.forEachWithin(sample.everything(), visited::consume);
    }

    /** The prefixes of one /16 are visited in order. */
    @Benchmark
    public void walkOneBlock(Blackhole visited) {
        table.forEachWithin(block, visited::consume);
    }
}

package dev.espalier.bench;

import dev.espalier.net.PrefixTable;
import java.util.List;

/** Prints what a prefix costs in memory, full and after everything was withdrawn. Run with {@code -XX:+UseSerialGC}. */
public final class PrefixTableMemory {

    private PrefixTableMemory() {}

    /** For the shapes named, or for all that need no file. */
    public static void main(String[] arguments) {
        List<String> shapes = arguments.length == 0 ? List.of("runs", "random", "hosts", "ipv6") : List.of(arguments);
        heap(); // what start-up left behind is not the table's
        for (String shape : shapes) {
            PrefixSample sample = PrefixSample.of(shape, 1_000_000);
            long before = heap();
            PrefixTable table = sample.table();
            long full = heap() - before;
            for (int i = 0; i < sample.size; i++) {
                table.release(table.find(sample.high(i), sample.low(i), sample.length(i)));
            }
            long empty = heap() - before;
            System.out.printf(
                    "%s: %,d prefixes, %.1f octets each; %,d octets when all are gone (%d)%n",
                    shape, sample.size, (double) full / sample.size, empty, table.size());
        }
    }

    private static long heap() {
        // the serial collector compacts fully only every fourth time (MarkSweepAlwaysCompactCount)
        for (int i = 0; i < 4; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}

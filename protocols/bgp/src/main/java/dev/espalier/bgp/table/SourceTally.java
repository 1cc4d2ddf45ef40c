package dev.espalier.bgp.table;

import java.util.Arrays;

/** A number for each source of paths, 0 at first. Kept up with every change, so that asking costs no walk. One owner. */
final class SourceTally {

    private int[] numbers;

    SourceTally() {
        this(new int[16]);
    }

    private SourceTally(int[] numbers) {
        this.numbers = numbers;
    }

    int of(int source) {
        return source >= 0 && source < numbers.length ? numbers[source] : 0;
    }

    void add(int source, int by) {
        if (source >= numbers.length) {
            numbers = Arrays.copyOf(numbers, Math.max(source + 1, 2 * numbers.length));
        }
        numbers[source] += by;
    }

    SourceTally copy() {
        return new SourceTally(numbers.clone());
    }
}

package dev.espalier.bench.load;

/** Random numbers that one seed determines, without an object per draw: the SplitMix64 sequence. One thread. */
final class Dice {

    private long state;

    Dice(long seed) {
        this.state = seed;
    }

    /** Starts another sequence. */
    void seed(long seed) {
        state = seed;
    }

    long nextLong() {
        state += 0x9E3779B97F4A7C15L;
        return Mix.bits(state);
    }

    /** From 0 to below {@code bound}. */
    int below(int bound) {
        return (int) (((nextLong() >>> 33) * bound) >>> 31);
    }

    /** True in so many of a hundred cases. */
    boolean percent(int chance) {
        return below(100) < chance;
    }
}

package dev.espalier.bench.load;

/** Mixing bits: for hash tables, and for fingerprints of AS paths. */
final class Mix {

    /** What the fingerprint of a path starts from. */
    static final int PATH_START = 0x5EED;

    private Mix() {}

    /** The finaliser of SplitMix64: each bit of the result depends on each bit of the argument. */
    static long bits(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }

    /** The fingerprint of a path that goes on with this number. */
    static int path(int fingerprint, int number) {
        int mixed = (fingerprint ^ number) * 0x9E3779B1;
        return Integer.rotateLeft(mixed, 15) + 0x7F4A7C15;
    }

    /** Ends a fingerprint; never 0, which stands for "no path". */
    static int finish(int fingerprint) {
        int mixed = (fingerprint ^ (fingerprint >>> 16)) * 0x85EBCA6B;
        mixed ^= mixed >>> 13;
        return mixed == 0 ? 1 : mixed;
    }
}

package dev.espalier.bench.load;

import java.util.Arrays;

/** What every feeder offers for every group, and so what a receiver must hold in the end. One thread. */
final class BestPaths {

    private final Prefixes prefixes;
    private final int offersPerGroup;
    private final int[] fingerprints;
    private final int[] pathLengths;

    /** @param offersPerGroup the number of feeders where all announce the same, else 1 */
    BestPaths(Prefixes prefixes, int offersPerGroup) {
        this.prefixes = prefixes;
        this.offersPerGroup = offersPerGroup;
        this.fingerprints = new int[prefixes.groups() * offersPerGroup];
        this.pathLengths = new int[prefixes.groups() * offersPerGroup];
    }

    void offer(Peer feeder, int group, int pathLength, int fingerprint) {
        int offer = group * offersPerGroup + (offersPerGroup == 1 ? 0 : feeder.number());
        fingerprints[offer] = fingerprint;
        pathLengths[offer] = pathLength;
    }

    /** Fills in the fingerprint of each prefix's best path among the offers from {@code firstOffer} on; 0 where there is none. */
    void expected(int firstOffer, int[] into) {
        for (int group = 0; group < prefixes.groups(); group++) {
            Arrays.fill(into, prefixes.groupStart(group), prefixes.groupStart(group + 1), best(group, firstOffer));
        }
    }

    /** The shortest path wins (RFC 4271, section 9.1.2.2 a); no two have the same length. */
    private int best(int group, int firstOffer) {
        int best = 0;
        int shortest = Integer.MAX_VALUE;
        for (int offer = firstOffer; offer < offersPerGroup; offer++) {
            int at = group * offersPerGroup + offer;
            if (pathLengths[at] < shortest) {
                shortest = pathLengths[at];
                best = fingerprints[at];
            }
        }
        return best;
    }
}

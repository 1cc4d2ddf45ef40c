package dev.espalier.bgp.wire;

import java.util.Arrays;

/**
 * The order of communities: they are a set, so every message that carries the same set must yield the same octets.
 * Plain, extended and large communities differ only in how many octets one has.
 */
final class CommunitySet {

    private CommunitySet() {}

    /** Whether the communities are strictly ascending, as unsigned numbers. */
    static boolean isCanonical(byte[] octets, int from, int to, int size) {
        for (int at = from + size; at < to; at += size) {
            if (compare(octets, at - size, octets, at, size) >= 0) {
                return false;
            }
        }
        return true;
    }

    /** The communities, ascending and each once. */
    static byte[] canonical(byte[] octets, int from, int to, int size) {
        byte[][] elements = new byte[(to - from) / size][];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = Arrays.copyOfRange(octets, from + i * size, from + (i + 1) * size);
        }
        Arrays.sort(elements, Arrays::compareUnsigned);
        byte[] sorted = new byte[to - from];
        int out = 0;
        for (int i = 0; i < elements.length; i++) {
            if (i == 0 || !Arrays.equals(elements[i], elements[i - 1])) {
                System.arraycopy(elements[i], 0, sorted, out, size);
                out += size;
            }
        }
        return Arrays.copyOf(sorted, out);
    }

    private static int compare(byte[] a, int aFrom, byte[] b, int bFrom, int size) {
        return Arrays.compareUnsigned(a, aFrom, aFrom + size, b, bFrom, bFrom + size);
    }
}

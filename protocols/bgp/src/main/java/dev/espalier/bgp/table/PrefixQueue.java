package dev.espalier.bgp.table;

import java.util.Arrays;

/**
 * A queue of prefix numbers in which each appears at most once: work that is asked for twice is done once. First in, first out.
 * One owner.
 */
public final class PrefixQueue {

    private long[] present = new long[16];
    private int[] ring = new int[64];
    private int head;
    private int size;

    /** How many numbers wait. */
    public int size() {
        return size;
    }

    /** Whether nothing waits. */
    public boolean isEmpty() {
        return size == 0;
    }

    /** Adds a number at the end, unless it is waiting already. */
    public void add(int id) {
        int word = id >>> 6;
        if (word >= present.length) {
            present = Arrays.copyOf(present, Math.max(word + 1, 2 * present.length));
        }
        if ((present[word] & 1L << id) != 0) {
            return;
        }
        present[word] |= 1L << id;
        if (size == ring.length) {
            grow();
        }
        ring[head + size & ring.length - 1] = id;
        size++;
    }

    /** Takes the number that has waited longest. The queue must not be empty. */
    public int poll() {
        int id = ring[head];
        head = head + 1 & ring.length - 1;
        size--;
        present[id >>> 6] &= ~(1L << id);
        if (size == 0 && ring.length > 4096) {
            ring = new int[64]; // a full table's worth is not kept for the next single change
            head = 0;
        }
        return id;
    }

    /** A queue with the same content. */
    public PrefixQueue copy() {
        PrefixQueue copy = new PrefixQueue();
        for (int i = 0; i < size; i++) {
            copy.add(ring[head + i & ring.length - 1]);
        }
        return copy;
    }

    private void grow() {
        int[] bigger = new int[2 * ring.length];
        for (int i = 0; i < size; i++) {
            bigger[i] = ring[head + i & ring.length - 1];
        }
        ring = bigger;
        head = 0;
    }
}

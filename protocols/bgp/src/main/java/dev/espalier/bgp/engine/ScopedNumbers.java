package dev.espalier.bgp.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Numbers by link, in chains: one chain for each thing that means something else on each link, such as a set of attributes with a
 * link-local next hop. Chains are short, one entry per link. Looking up allocates nothing. One owner.
 */
final class ScopedNumbers {

    static final int NONE = -1;

    private int[] links = new int[16];
    private int[] numbers = new int[16];
    private int[] next = new int[16];
    private int used;
    private final List<Integer> free = new ArrayList<>();

    /** The number for a link in the chain that begins with an entry, or {@link #NONE}. */
    int find(int first, int link) {
        for (int entry = first; entry != NONE; entry = next[entry]) {
            if (links[entry] == link) {
                return numbers[entry];
            }
        }
        return NONE;
    }

    /**
     * Puts a number before a chain.
     *
     * @param first the chain, or {@link #NONE} for a new one
     * @return the first entry of the longer chain
     */
    int add(int first, int link, int number) {
        int entry = free.isEmpty() ? used++ : free.removeLast();
        if (entry == links.length) {
            links = Arrays.copyOf(links, 2 * entry);
            numbers = Arrays.copyOf(numbers, 2 * entry);
            next = Arrays.copyOf(next, 2 * entry);
        }
        links[entry] = link;
        numbers[entry] = number;
        next[entry] = first;
        return entry;
    }

    /** Forgets a chain, and shows each number in it. */
    void remove(int first, IntConsumer each) {
        for (int entry = first; entry != NONE; entry = next[entry]) {
            free.add(entry);
            each.accept(numbers[entry]);
        }
    }
}

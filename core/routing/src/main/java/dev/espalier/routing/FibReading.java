package dev.espalier.routing;

import dev.espalier.net.AddressFamily;
import dev.espalier.route.Fib;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What one {@link Fib#read} found, in columns: filled by the thread that reads, then handed to the table's loop.
 *
 * <p>A group found gets the number of a known one with the same contents where there is one, so that nothing changes when
 * nothing was lost; otherwise a number that nobody uses.
 */
final class FibReading implements Fib.Contents {

    private final BitSet taken;
    private final Map<Fib.Members, Deque<Integer>> known = new HashMap<>();
    private final List<Group> groups = new ArrayList<>();
    private AddressFamily[] families = new AddressFamily[64];
    private long[] highs = new long[64];
    private long[] lows = new long[64];
    private int[] lengths = new int[64];
    private int[] groupNumbers = new int[64];
    private int size;

    /** A group as read. */
    record Group(int number, Fib.Members members) {}

    /**
     * An empty reading.
     *
     * @param groups the groups that the kernel is believed to hold
     */
    FibReading(KernelGroups groups) {
        taken = groups.numbers();
        for (KernelGroup group : groups.all()) {
            if (group.present) {
                known.computeIfAbsent(group.members, _ -> new ArrayDeque<>(1)).add(group.number);
            }
        }
    }

    @Override
    public int group(Fib.Members members) {
        Fib.Members sorted = new Fib.Members(
                members.used().stream().sorted().toList(),
                members.standby().stream().sorted().toList(),
                members.guarded());
        Deque<Integer> same = known.get(sorted);
        int number = same == null || same.isEmpty() ? taken.nextClearBit(1) : same.removeFirst();
        taken.set(number);
        groups.add(new Group(number, sorted));
        return number;
    }

    @Override
    public void route(AddressFamily family, long high, long low, int length, int group) {
        if (size == lengths.length) {
            families = Arrays.copyOf(families, 2 * size);
            highs = Arrays.copyOf(highs, 2 * size);
            lows = Arrays.copyOf(lows, 2 * size);
            lengths = Arrays.copyOf(lengths, 2 * size);
            groupNumbers = Arrays.copyOf(groupNumbers, 2 * size);
        }
        families[size] = family;
        highs[size] = high;
        lows[size] = low;
        lengths[size] = length;
        groupNumbers[size] = group;
        size++;
    }

    List<Group> groups() {
        return groups;
    }

    int size() {
        return size;
    }

    AddressFamily family(int i) {
        return families[i];
    }

    long high(int i) {
        return highs[i];
    }

    long low(int i) {
        return lows[i];
    }

    int length(int i) {
        return lengths[i];
    }

    int group(int i) {
        return groupNumbers[i];
    }
}

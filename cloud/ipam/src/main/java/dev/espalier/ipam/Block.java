package dev.espalier.ipam;

import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A part of a pool that a node has claimed, and who has its addresses. Immutable.
 *
 * <p>Addresses are numbered from 0. They are given in a fixed order: those that were never given, lowest first, and then those that
 * have rested longest; so an address rests as long as the block allows before it means somebody else.
 *
 * @param prefix its addresses
 * @param pool the name of the pool it was cut from
 * @param node who claims it; null when its node has gone and others still have addresses of it
 * @param confirmed whether its node has seen that it overlaps no other; before, no address may be given
 * @param used who has which address
 * @param resting since when an address is free that was given before
 */
public record Block(
        IpPrefix prefix,
        String pool,
        @Nullable String node,
        boolean confirmed,
        SortedMap<Integer, Allocation> used,
        SortedMap<Integer, Instant> resting) {

    /** Copies the maps. */
    public Block {
        used = Collections.unmodifiableSortedMap(new TreeMap<>(used));
        resting = Collections.unmodifiableSortedMap(new TreeMap<>(resting));
    }

    /** One that has just been claimed. */
    static Block claimed(IpPrefix prefix, String pool, String node) {
        return new Block(prefix, pool, node, false, new TreeMap<>(), new TreeMap<>());
    }

    /** How many addresses it has. */
    public int size() {
        return 1 << prefix.family().bits() - prefix.length();
    }

    /** The address of a number. */
    public IpAddress address(int ordinal) {
        return Subnets.address(prefix, ordinal);
    }

    /** Whether nobody has an address of it. */
    public boolean isEmpty() {
        return used.isEmpty();
    }

    boolean isOf(String candidate) {
        return candidate.equals(node);
    }

    /** The number of the address that a node has for a handle, or -1. */
    int ordinalOf(String ofNode, String handle) {
        for (Map.Entry<Integer, Allocation> entry : used.entrySet()) {
            Allocation each = entry.getValue();
            if (each.handle().equals(handle) && each.node().equals(ofNode)) {
                return entry.getKey();
            }
        }
        return -1;
    }

    /**
     * The number of the address to give next, or -1 when there is none.
     *
     * @param rested free addresses given back after this moment still rest
     * @param usable whether an address may be given at all
     */
    int next(Instant rested, Predicate<IpAddress> usable) {
        int best = -1;
        Instant since = Instant.MAX;
        for (int ordinal = 0; ordinal < size(); ordinal++) {
            Instant freed = resting.getOrDefault(ordinal, Instant.MIN);
            boolean earlier = best < 0 || freed.isBefore(since);
            if (!used.containsKey(ordinal) && !freed.isAfter(rested) && earlier && usable.test(address(ordinal))) {
                best = ordinal;
                since = freed;
            }
        }
        return best;
    }

    /**
     * How many free addresses still rest.
     *
     * @param rested those given back after this moment do
     */
    public int restingAfter(Instant rested) {
        return (int)
                resting.values().stream().filter(freed -> freed.isAfter(rested)).count();
    }

    Block with(int ordinal, Allocation allocation) {
        SortedMap<Integer, Allocation> nowUsed = new TreeMap<>(used);
        SortedMap<Integer, Instant> nowResting = new TreeMap<>(resting);
        nowUsed.put(ordinal, allocation);
        nowResting.remove(ordinal);
        return new Block(prefix, pool, node, true, nowUsed, nowResting);
    }

    /** Without the allocations of which this is true, whose addresses begin to rest now. */
    Block without(Predicate<Allocation> gone, Instant now) {
        SortedMap<Integer, Allocation> nowUsed = new TreeMap<>(used);
        SortedMap<Integer, Instant> nowResting = new TreeMap<>(resting);
        used.forEach((ordinal, allocation) -> {
            if (gone.test(allocation)) {
                nowUsed.remove(ordinal);
                nowResting.put(ordinal, now);
            }
        });
        return new Block(prefix, pool, node, confirmed, nowUsed, nowResting);
    }

    Block takenBy(String newNode) {
        return new Block(prefix, pool, newNode, confirmed, used, resting);
    }

    Block abandoned() {
        return new Block(prefix, pool, null, confirmed, used, resting);
    }

    /** The moment before which an address must have been given back to be given again. */
    static Instant rested(Instant now, Duration cooldown) {
        return now.minus(cooldown);
    }
}

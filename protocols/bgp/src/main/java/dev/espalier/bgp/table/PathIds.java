package dev.espalier.bgp.table;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The path identifiers under which we announce paths (RFC 7911), shared by all neighbours of a family: one for each pair of a
 * source and the identifier under which that source announced the path, 0 where it has none.
 *
 * <p>Paths for different prefixes may share an identifier, because it means something only together with the prefix (RFC 7911
 * section 3); so there are about as many as there are neighbours. An identifier belongs to its pair as long as anybody is told
 * a path under it, and is not given out again before. That makes it a function of the pair, which update groups rely on when
 * they merge: what two of them tell of a path, they tell under the same identifier. One owner.
 */
public final class PathIds {

    private final Map<Pair, Entry> byPair = new HashMap<>();
    private final Map<Integer, Entry> byId = new HashMap<>();
    /** Begins with 1: 0 is as good as any other number, but some implementations take it for "none". */
    private int next = 1;

    /** Where a path comes from. */
    private record Pair(int source, int receivedId) {}

    private static final class Entry {
        final Pair pair;
        final int id;
        int holders;

        Entry(Pair pair, int id) {
            this.pair = pair;
            this.id = id;
        }
    }

    /** As if all numbers before this one had been given out: what comes at the end of the 32 bits is for tests to see. */
    void wrapTo(int number) {
        next = number;
    }

    /** How many identifiers are held. */
    public int size() {
        return byId.size();
    }

    /**
     * The identifier for paths of a source, held once more.
     *
     * @param source the source's index
     * @param receivedId the identifier under which it announced the path, 0 without
     */
    public int acquire(int source, int receivedId) {
        Entry entry = byPair.computeIfAbsent(new Pair(source, receivedId), this::give);
        entry.holders++;
        return entry.id;
    }

    /** The identifier for paths of a source; empty when nobody holds one. */
    public OptionalInt find(int source, int receivedId) {
        Entry entry = byPair.get(new Pair(source, receivedId));
        return entry == null ? OptionalInt.empty() : OptionalInt.of(entry.id);
    }

    private Entry give(Pair pair) {
        while (next == 0 || byId.containsKey(next)) {
            next++; // past what is still in use, when the 32 bits have been gone through once
        }
        Entry entry = new Entry(pair, next++);
        byId.put(entry.id, entry);
        return entry;
    }

    /** Holds an identifier once more that is held already. */
    public void retain(int id) {
        held(id).holders++;
    }

    /** Gives back one hold. */
    public void release(int id) {
        Entry entry = held(id);
        if (--entry.holders == 0) {
            byId.remove(id);
            byPair.remove(entry.pair);
        }
    }

    private Entry held(int id) {
        Entry entry = byId.get(id);
        if (entry == null) {
            throw new IllegalStateException("path identifier " + Integer.toUnsignedString(id) + " is not in use");
        }
        return entry;
    }
}

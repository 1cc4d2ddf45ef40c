package dev.espalier.bgp.engine;

import dev.espalier.bgp.table.PrefixQueue;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * The prefixes that a neighbour is not told because it is told as many as it may be. They wait, and the first of them (by
 * number) takes the place of one that is withdrawn. One owner, its update group.
 */
final class HeldBack {

    private final int limit;
    private final BitSet waiting = new BitSet();
    private int told;

    /** For the neighbours of a key that are told so many prefixes; null where there is no limit. */
    static @Nullable HeldBack of(ExportKey key, int told) {
        return key.limit() == null ? null : new HeldBack(key.limit().prefixes(), told);
    }

    /**
     * Nothing held back yet.
     *
     * @param limit how many prefixes may be told
     * @param told how many are
     */
    HeldBack(int limit, int told) {
        this.limit = limit;
        this.told = told;
    }

    /**
     * Whether a prefix is told, within the limit. Where a lower limit came into force, as many are withdrawn as are too many.
     *
     * @param already whether it is told now
     * @param wanted whether it would be told without the limit
     */
    boolean tells(int prefixId, boolean already, boolean wanted) {
        boolean room = already ? told <= limit : told < limit;
        boolean tells = wanted && room;
        waiting.set(prefixId, wanted && !room);
        if (tells != already) {
            told += tells ? 1 : -1;
        }
        return tells;
    }

    /** Asks for as many of those that wait to be looked at again as there is room for. */
    void offer(PrefixQueue queue) {
        int room = limit - told;
        for (int id = waiting.nextSetBit(0); id >= 0 && room > 0; id = waiting.nextSetBit(id + 1)) {
            queue.add(id);
            waiting.clear(id);
            room--;
        }
    }

    boolean contains(int prefixId) {
        return waiting.get(prefixId);
    }

    /** How many wait. */
    int size() {
        return waiting.cardinality();
    }
}

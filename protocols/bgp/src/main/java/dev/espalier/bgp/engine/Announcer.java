package dev.espalier.bgp.engine;

import java.util.BitSet;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The Adj-RIB-Out of one update group and the rules that it follows: compares, prefix by prefix, what the members were told with
 * what they should be told now. One owner.
 */
sealed interface Announcer permits BestPathAnnouncer, AddPathAnnouncer {

    /**
     * Something a member was told.
     *
     * @param source the index of the source of the path
     * @param pathId the identifier under which it was told; 0 without ADD-PATH
     * @param attributes the number of the attributes
     */
    record Sent(int source, int pathId, int attributes) {}

    /**
     * Looks at a prefix whose best path, if it has any, is decided, and adds what changed to the bundles.
     *
     * @param again whether the members asked to be told also what did not change (RFC 2918)
     * @param members the members' indexes as sources of paths: nobody hears of its own
     */
    void look(int prefixId, boolean again, BitSet members, Bundles bundles);

    /** The bundles since the last call are packed: what was withdrawn in them can be forgotten. */
    void packed(Bundles bundles);

    /** The same Adj-RIB-Out, to be followed up by the rules of another key or the same; both with ADD-PATH, or neither. */
    Announcer copy(ExportKey key);

    /** Shows every prefix of which something was told. */
    void forEachTold(IntConsumer action);

    /** What a member was told of a prefix. */
    List<Sent> sent(int prefixId, int member);

    /** How many paths a member was told. */
    int sentCount(int member);

    /** What is not told because of a limit on what is told; null without one. */
    @Nullable
    HeldBack heldBack();

    /** Gives back all that is held; nothing may be done with it afterwards. */
    void clear();
}

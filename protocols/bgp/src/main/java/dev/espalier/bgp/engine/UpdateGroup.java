package dev.espalier.bgp.engine;

import dev.espalier.bgp.table.AttributeTable;
import dev.espalier.bgp.table.PrefixQueue;
import dev.espalier.bgp.table.Rib;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Neighbours that are told the same: one Adj-RIB-Out, one queue of prefixes to look at, messages made once and shared.
 *
 * <p>A prefix is put into the queue when its best path changes, or with ADD-PATH any of its paths. {@link #drain} compares what
 * the members were told with what they should be told now ({@link Announcer}), so a change and its reversal cost nothing, and a
 * prefix that changes ten times while a neighbour is slow is sent once, in its last state. The members differ in one thing only:
 * none hears of its own paths. The messages are therefore made per source, and leave that source out.
 *
 * <p>One owner, the table's loop.
 */
final class UpdateGroup {

    private final ExportKey key;
    private final Rib rib;
    private final AttributeTable attributes;
    private final List<Member> members = new ArrayList<>();
    private final BitSet memberSources = new BitSet();
    private final Announcer announcer;
    private final PrefixQueue queue;
    /** The prefixes to be told again although nothing changed, because the neighbour asked for it (RFC 2918). */
    private final BitSet repeat;

    /** A group that has told nothing yet. */
    UpdateGroup(ExportKey key, Rib rib, AttributeTable attributes, Announcer announcer) {
        this(key, rib, attributes, announcer, new PrefixQueue(), new BitSet());
    }

    private UpdateGroup(
            ExportKey key, Rib rib, AttributeTable attributes, Announcer announcer, PrefixQueue queue, BitSet repeat) {
        this.key = key;
        this.rib = rib;
        this.attributes = attributes;
        this.announcer = announcer;
        this.queue = queue;
        this.repeat = repeat;
    }

    /**
     * A group for a neighbour that leaves this one, knowing what was told so far.
     *
     * @param newKey how it is told from now on
     */
    UpdateGroup split(ExportKey newKey, boolean tellAgain) {
        BitSet again = (BitSet) repeat.clone();
        PrefixQueue pending = queue.copy();
        if (tellAgain) {
            announcer.forEachTold(again::set);
            announcer.forEachTold(pending::add);
        }
        return new UpdateGroup(newKey, rib, attributes, announcer.copy(newKey), pending, again);
    }

    ExportKey key() {
        return key;
    }

    /** The members; change them only by {@link #join} and {@link #leave}. */
    List<Member> members() {
        return members;
    }

    void join(Member member) {
        members.add(member);
        memberSources.set(member.source());
    }

    void leave(Member member) {
        members.remove(member);
        memberSources.clear(member.source());
    }

    /** What was told so far. */
    Announcer announcer() {
        return announcer;
    }

    /** Whether a prefix is not told because of the limit on what is told. */
    boolean holdsBack(int prefixId) {
        HeldBack heldBack = announcer.heldBack();
        return heldBack != null && heldBack.contains(prefixId);
    }

    /** How many prefixes are not told because of the limit on what is told. */
    int heldBack() {
        HeldBack heldBack = announcer.heldBack();
        return heldBack == null ? 0 : heldBack.size();
    }

    /** Asks for a prefix to be looked at. */
    void add(int prefixId) {
        queue.add(prefixId);
    }

    /** Asks for every prefix to be looked at: those that have a best path, and those that were announced. */
    void addAll() {
        rib.forEachBest(queue::add);
        announcer.forEachTold(queue::add);
    }

    /** Asks for everything that was told to be told again. */
    void repeatAll() {
        announcer.forEachTold(repeat::set);
        addAll();
    }

    boolean hasWork() {
        return !queue.isEmpty();
    }

    /** Gives back what the group holds; nothing may be done with it afterwards. */
    void discard() {
        announcer.clear();
    }

    /**
     * Looks at up to {@code budget} prefixes and sends what has changed.
     *
     * @return whether more waits
     */
    boolean drain(int budget) {
        Bundles bundles = new Bundles(key, attributes, rib.prefixes());
        for (int i = 0; i < budget && !queue.isEmpty(); i++) {
            look(queue.poll(), bundles);
        }
        bundles.send(members);
        // What was withdrawn is forgotten only now: the messages needed its bits.
        announcer.packed(bundles);
        HeldBack heldBack = announcer.heldBack();
        if (heldBack != null) {
            heldBack.offer(queue);
        }
        for (Member member : members) {
            member.flush();
        }
        return !queue.isEmpty();
    }

    private void look(int prefixId, Bundles bundles) {
        if (rib.hasBest(prefixId) && rib.best(prefixId) == Rib.NONE) {
            return; // its best path went or changed and is yet to be decided, which brings the prefix here again
        }
        boolean again = repeat.get(prefixId);
        repeat.clear(prefixId);
        announcer.look(prefixId, again, memberSources, bundles);
    }
}

package dev.espalier.bgp.engine;

import dev.espalier.bgp.table.AdjRibOut;
import dev.espalier.bgp.table.AttributeTable;
import dev.espalier.bgp.table.PathSource;
import dev.espalier.bgp.table.PrefixQueue;
import dev.espalier.bgp.table.Rib;
import dev.espalier.net.PrefixTable;
import dev.espalier.route.PathAttributes;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Neighbours that are told the same: one Adj-RIB-Out, one queue of prefixes to look at, messages made once and shared.
 *
 * <p>A prefix is put into the queue when its best path changes. {@link #drain} compares what the members were told with what
 * they should be told now, so a change and its reversal cost nothing, and a prefix that changes ten times while a neighbour is
 * slow is sent once, in its last state. The members differ in one thing only: none hears of its own paths. The messages are
 * therefore made per source, and leave that source out.
 *
 * <p>One owner, the table's loop.
 */
final class UpdateGroup {

    private final ExportKey key;
    private final Rib rib;
    private final AttributeTable attributes;
    private final PrefixTable prefixes;
    private final IntFunction<PathSource> sources;
    private final OwnRoutes own;
    private final ExportRules rules = new ExportRules();
    private final ExportCache cache = new ExportCache();
    private final List<Member> members = new ArrayList<>();
    private final BitSet memberSources = new BitSet();
    private final AdjRibOut told;
    private final PrefixQueue queue;
    /** The prefixes to be told again although nothing changed, because the neighbour asked for it (RFC 2918). */
    private final BitSet repeat;
    /** Null without a limit on what is told. */
    private final @Nullable HeldBack heldBack;

    /**
     * A group that has told nothing yet.
     *
     * @param sources gives the source of an index
     * @param own what we announce on our own account
     */
    UpdateGroup(ExportKey key, Rib rib, AttributeTable attributes, IntFunction<PathSource> sources, OwnRoutes own) {
        this(
                key,
                rib,
                attributes,
                sources,
                own,
                new AdjRibOut(rib.prefixes(), attributes),
                new PrefixQueue(),
                new BitSet());
    }

    private UpdateGroup(
            ExportKey key,
            Rib rib,
            AttributeTable attributes,
            IntFunction<PathSource> sources,
            OwnRoutes own,
            AdjRibOut told,
            PrefixQueue queue,
            BitSet repeat) {
        this.key = key;
        this.rib = rib;
        this.attributes = attributes;
        this.prefixes = rib.prefixes();
        this.sources = sources;
        this.own = own;
        this.told = told;
        this.queue = queue;
        this.repeat = repeat;
        this.heldBack = key.limit() == null ? null : new HeldBack(key.limit().prefixes(), told.size());
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
            told.forEach(again::set);
            told.forEach(pending::add);
        }
        return new UpdateGroup(newKey, rib, attributes, sources, own, told.copy(), pending, again);
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

    AdjRibOut told() {
        return told;
    }

    /** Whether a prefix is not told because of the limit on what is told. */
    boolean holdsBack(int prefixId) {
        return heldBack != null && heldBack.contains(prefixId);
    }

    /** How many prefixes are not told because of the limit on what is told. */
    int heldBack() {
        return heldBack == null ? 0 : heldBack.size();
    }

    /** Asks for a prefix to be looked at. */
    void add(int prefixId) {
        queue.add(prefixId);
    }

    /** Asks for every prefix to be looked at: those that have a best path, and those that were announced. */
    void addAll() {
        rib.forEachBest(queue::add);
        told.forEach(queue::add);
    }

    /** Asks for everything that was told to be told again. */
    void repeatAll() {
        told.forEach(repeat::set);
        addAll();
    }

    boolean hasWork() {
        return !queue.isEmpty();
    }

    /** Gives back what the group holds; nothing may be done with it afterwards. */
    void discard() {
        told.clear();
    }

    /**
     * Looks at up to {@code budget} prefixes and sends what has changed.
     *
     * @return whether more waits
     */
    boolean drain(int budget) {
        Bundles bundles = new Bundles(key, attributes, prefixes);
        for (int i = 0; i < budget && !queue.isEmpty(); i++) {
            look(queue.poll(), bundles);
        }
        bundles.send(members);
        // What was withdrawn is forgotten only now: the messages needed its bits.
        bundles.forEachWithdrawn(told::withdraw);
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
        int before = told.attributes(prefixId);
        boolean again = repeat.get(prefixId);
        repeat.clear(prefixId);
        int path = rib.best(prefixId);
        PathAttributes now = path == Rib.NONE ? null : export(prefixId, path);
        if (heldBack != null) {
            now = heldBack.within(prefixId, before != AdjRibOut.NOTHING, now);
        }
        if (now == null) {
            if (before != AdjRibOut.NOTHING) {
                bundles.withdraw(prefixId, told.source(prefixId));
            }
            return;
        }
        int source = rib.source(path);
        int set = attributes.intern(now);
        if (before == AdjRibOut.NOTHING) {
            bundles.announce(prefixId, set, source);
        } else {
            int sourceBefore = told.source(prefixId);
            if (before == set && sourceBefore == source && !again) {
                attributes.release(set);
                return;
            }
            replace(prefixId, before == set && !again, sourceBefore, set, source, bundles);
        }
        told.announce(prefixId, set, source);
    }

    /**
     * Another path than before: its source must forget what it was told, the source before has heard nothing yet, and all
     * others are told where the attributes differ.
     */
    private void replace(int prefixId, boolean same, int sourceBefore, int set, int source, Bundles bundles) {
        if (!same) {
            bundles.announce(prefixId, set, source);
        } else if (sourceBefore != source && memberSources.get(sourceBefore)) {
            bundles.announceTo(sourceBefore, prefixId, set);
        }
        if (sourceBefore != source && memberSources.get(source)) {
            bundles.withdrawFrom(source, prefixId);
        }
    }

    private @Nullable PathAttributes export(int prefixId, int path) {
        PathSource from = sources.apply(rib.source(path));
        if (from.index() == PathSource.SELF && !ExportRules.isForPeer(key, own.of(prefixId))) {
            return null;
        }
        boolean itsOwn = key.limit() != null && key.limit().neighbor() == from.index(); // would count, and not be sent
        if (itsOwn || own.summaryOf(key, prefixId) != null) {
            return null;
        }
        PathAttributes transformed = cache.transform(key, attributes.get(rib.accepted(path)), from);
        if (transformed == null) {
            return null;
        }
        PathAttributes out = rules.applyPolicy(
                key, from, prefixes.high(prefixId), prefixes.low(prefixId), prefixes.length(prefixId), transformed);
        return out != null && ExportRules.fits(key, out) ? out : null;
    }
}

package dev.espalier.bgp.engine;

import dev.espalier.bgp.table.AdjRibOut;
import dev.espalier.bgp.table.AttributeTable;
import dev.espalier.bgp.table.Rib;
import dev.espalier.route.PathAttributes;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** Tells the best path for each prefix, as all of BGP did before RFC 7911 and most of it does still. */
final class BestPathAnnouncer implements Announcer {

    private final Exporter exporter;
    private final Rib rib;
    private final AttributeTable attributes;
    private final AdjRibOut told;
    private final @Nullable HeldBack heldBack;

    /** Nothing told yet. */
    BestPathAnnouncer(Exporter exporter, Rib rib, AttributeTable attributes) {
        this(exporter, rib, attributes, new AdjRibOut(rib.prefixes(), attributes));
    }

    private BestPathAnnouncer(Exporter exporter, Rib rib, AttributeTable attributes, AdjRibOut told) {
        this.exporter = exporter;
        this.rib = rib;
        this.attributes = attributes;
        this.told = told;
        this.heldBack = HeldBack.of(exporter.key(), told.size());
    }

    @Override
    public void look(int prefixId, boolean again, BitSet members, Bundles bundles) {
        int before = told.attributes(prefixId);
        int path = rib.best(prefixId);
        PathAttributes now = path == Rib.NONE ? null : exporter.export(prefixId, path);
        if (heldBack != null && !heldBack.tells(prefixId, before != AdjRibOut.NOTHING, now != null)) {
            now = null;
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
            boolean same = before == set && !again;
            replace(prefixId, same, sourceBefore, set, source, members, bundles);
        }
        told.announce(prefixId, set, source);
    }

    /**
     * Another path than before: its source must forget what it was told, the source before has heard nothing yet, and all
     * others are told where the attributes differ.
     */
    private static void replace(
            int prefixId, boolean same, int sourceBefore, int set, int source, BitSet members, Bundles bundles) {
        if (!same) {
            bundles.announce(prefixId, set, source);
        } else if (sourceBefore != source && members.get(sourceBefore)) {
            bundles.announceTo(sourceBefore, prefixId, set);
        }
        if (sourceBefore != source && members.get(source)) {
            bundles.withdrawFrom(source, prefixId);
        }
    }

    @Override
    public void packed(Bundles bundles) {
        // Withdrawals for one neighbour are not among these: the others are still told.
        bundles.forEachWithdrawn(told::withdraw);
    }

    @Override
    public Announcer copy(ExportKey key) {
        return new BestPathAnnouncer(exporter.with(key), rib, attributes, told.copy());
    }

    @Override
    public void forEachTold(IntConsumer action) {
        told.forEach(action);
    }

    @Override
    public List<Sent> sent(int prefixId, int member) {
        int set = told.attributes(prefixId);
        return set == AdjRibOut.NOTHING || told.source(prefixId) == member
                ? List.of()
                : List.of(new Sent(told.source(prefixId), 0, set));
    }

    @Override
    public int sentCount(int member) {
        return told.sizeFor(member);
    }

    @Override
    public @Nullable HeldBack heldBack() {
        return heldBack;
    }

    @Override
    public void clear() {
        told.clear();
    }
}

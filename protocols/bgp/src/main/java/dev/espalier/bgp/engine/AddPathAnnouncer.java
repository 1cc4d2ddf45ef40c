package dev.espalier.bgp.engine;

import dev.espalier.bgp.table.AddPathRibOut;
import dev.espalier.bgp.table.AttributeTable;
import dev.espalier.bgp.table.PathIds;
import dev.espalier.bgp.table.Rib;
import dev.espalier.bgp.table.ToldPaths;
import dev.espalier.route.PathAttributes;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells several paths for each prefix (RFC 7911): all, or the best few, of those that the export rules let through. A path that
 * the rules or the policy refuse takes no one's place, and neither does a neighbour's own.
 *
 * <p>Members whose paths are among those told have views of their own; all others share one. Each path is compared once for the
 * shared view and once for each of them, and what changed goes out in one bundle for everybody it changed for.
 */
final class AddPathAnnouncer implements Announcer {

    private final Exporter exporter;
    private final LocRib locRib;
    private final AttributeTable attributes;
    private final PathIds ids;
    private final AddPathRibOut told;
    private final @Nullable HeldBack heldBack;
    private final List<Integer> withdrawn = new ArrayList<>();

    /** Nothing told yet. */
    AddPathAnnouncer(Exporter exporter, LocRib locRib, AttributeTable attributes, PathIds ids) {
        this(exporter, locRib, attributes, ids, new AddPathRibOut(locRib.rib().prefixes(), attributes, ids));
    }

    private AddPathAnnouncer(
            Exporter exporter, LocRib locRib, AttributeTable attributes, PathIds ids, AddPathRibOut told) {
        this.exporter = exporter;
        this.locRib = locRib;
        this.attributes = attributes;
        this.ids = ids;
        this.told = told;
        int[] prefixes = {0};
        told.forEach(id -> prefixes[0]++);
        this.heldBack = HeldBack.of(exporter.key(), prefixes[0]);
    }

    @Override
    public void look(int prefixId, boolean again, BitSet members, Bundles bundles) {
        ToldPaths before = told.paths(prefixId);
        ToldPaths now = wanted(prefixId);
        if (heldBack != null && !heldBack.tells(prefixId, before.count() > 0, now.count() > 0)) {
            told.release(now);
            now = ToldPaths.EMPTY;
        }
        if (before.count() == 0 && now.count() == 0) {
            return;
        }
        Difference difference = new Difference(prefixId, before, now, again, viewers(members, before, now), bundles);
        for (int i = 0; i < now.count(); i++) {
            difference.path(now.pathId(i), now.attributes(i));
        }
        for (int i = 0; i < before.count(); i++) {
            if (now.find(before.pathId(i)) < 0) {
                difference.path(before.pathId(i), Difference.GONE);
            }
        }
        if (now.count() > 0) {
            told.announce(prefixId, now);
        } else {
            withdrawn.add(prefixId);
        }
    }

    /** The paths to be told, held once each. Without a best path the prefix is unreachable, or not decided yet. */
    private ToldPaths wanted(int prefixId) {
        Rib rib = locRib.rib();
        ToldPaths.Builder wanted = new ToldPaths.Builder(exporter.key().paths());
        if (rib.best(prefixId) == Rib.NONE) {
            return wanted.build();
        }
        locRib.rank(prefixId, path -> {
            PathAttributes out = exporter.export(prefixId, path);
            if (out != null) {
                int source = rib.source(path);
                wanted.add(source, ids.acquire(source, rib.pathId(path)), attributes.intern(out));
            }
            return !wanted.isComplete();
        });
        return wanted.build();
    }

    /** The members that are the source of some path, before or now. */
    private static BitSet viewers(BitSet members, ToldPaths before, ToldPaths now) {
        BitSet viewers = new BitSet();
        for (ToldPaths paths : List.of(before, now)) {
            for (int i = 0; i < paths.count(); i++) {
                if (members.get(paths.source(i))) {
                    viewers.set(paths.source(i));
                }
            }
        }
        return viewers;
    }

    /** What changes for one prefix. */
    private record Difference(
            int prefixId, ToldPaths before, ToldPaths now, boolean again, BitSet viewers, Bundles bundles) {

        private static final int GONE = -1;

        private enum Change {
            NONE,
            ANNOUNCED,
            WITHDRAWN
        }

        /**
         * Tells of one path whomever it concerns.
         *
         * @param set its attributes now, or {@link #GONE}
         */
        void path(int pathId, int set) {
            Change shared = change(pathId, ToldPaths.NO_SOURCE);
            for (Change change : List.of(Change.ANNOUNCED, Change.WITHDRAWN)) {
                BitSet own = new BitSet();
                for (int viewer = viewers.nextSetBit(0); viewer >= 0; viewer = viewers.nextSetBit(viewer + 1)) {
                    if ((change(pathId, viewer) == change) != (shared == change)) {
                        own.set(viewer);
                    }
                }
                boolean only = shared != change;
                if (only && own.isEmpty()) {
                    continue;
                }
                Audience audience = new Audience(only, own);
                if (change == Change.WITHDRAWN) {
                    bundles.withdraw(prefixId, pathId, audience);
                } else {
                    bundles.announce(prefixId, pathId, set, audience);
                }
            }
        }

        private Change change(int pathId, int viewer) {
            int was = before.find(pathId);
            int is = now.find(pathId);
            boolean wasTold = before.isTold(was, viewer);
            if (!now.isTold(is, viewer)) {
                return wasTold ? Change.WITHDRAWN : Change.NONE;
            }
            return wasTold && !again && before.attributes(was) == now.attributes(is) ? Change.NONE : Change.ANNOUNCED;
        }
    }

    @Override
    public void packed(Bundles bundles) {
        withdrawn.forEach(told::withdraw);
        withdrawn.clear();
    }

    @Override
    public Announcer copy(ExportKey key) {
        return new AddPathAnnouncer(exporter.with(key), locRib, attributes, ids, told.copy());
    }

    @Override
    public void forEachTold(IntConsumer action) {
        told.forEach(action);
    }

    @Override
    public List<Sent> sent(int prefixId, int member) {
        ToldPaths paths = told.paths(prefixId);
        List<Sent> sent = new ArrayList<>();
        for (int i = 0; i < paths.count(); i++) {
            if (paths.isTold(i, member)) {
                sent.add(new Sent(paths.source(i), paths.pathId(i), paths.attributes(i)));
            }
        }
        return sent;
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

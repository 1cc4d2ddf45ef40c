package dev.espalier.bgp.table;

import dev.espalier.net.PrefixTable;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * What the members of one update group with ADD-PATH (RFC 7911) were last told: for each prefix the paths, best first, each
 * under an identifier.
 *
 * <p>Beside {@link AdjRibOut}, which has room for one path and nothing else, because nearly every neighbour is told one path: those
 * groups shall not pay for the few that are told more. Here a prefix costs one object, and a path twelve octets in it. An entry
 * holds its prefix, and each path its attributes and its identifier. One owner.
 */
public final class AddPathRibOut {

    private final PrefixTable prefixes;
    private final AttributeTable attributes;
    private final PathIds ids;
    private ToldPaths[] told = new ToldPaths[64];
    /** How many paths are told to a neighbour of which none comes. */
    private int size;
    /** How many fewer are told to each source of paths. */
    private SourceTally fewer = new SourceTally();

    /** Nothing told yet. */
    public AddPathRibOut(PrefixTable prefixes, AttributeTable attributes, PathIds ids) {
        this.prefixes = prefixes;
        this.attributes = attributes;
        this.ids = ids;
        Arrays.fill(told, ToldPaths.EMPTY);
    }

    /** The paths last told for a prefix. */
    public ToldPaths paths(int prefixId) {
        return prefixId < told.length ? told[prefixId] : ToldPaths.EMPTY;
    }

    /** How many paths are told to a member. */
    public int sizeFor(int member) {
        return size - fewer.of(member);
    }

    /** Notes what is told now, at least one path; takes over one hold on the attributes and the identifier of each. */
    public void announce(int prefixId, ToldPaths paths) {
        if (prefixId >= told.length) {
            int before = told.length;
            told = Arrays.copyOf(told, Math.max(prefixId + 1, before + before / 2));
            Arrays.fill(told, before, told.length, ToldPaths.EMPTY);
        }
        if (told[prefixId].count() == 0) {
            prefixes.retain(prefixId);
        }
        count(told[prefixId], -1);
        release(told[prefixId]);
        told[prefixId] = paths;
        count(paths, 1);
    }

    /** Notes that nothing is told any more of a prefix. Call it after the message is packed: the prefix may be forgotten. */
    public void withdraw(int prefixId) {
        count(told[prefixId], -1);
        release(told[prefixId]);
        told[prefixId] = ToldPaths.EMPTY;
        prefixes.release(prefixId);
    }

    private void count(ToldPaths paths, int by) {
        int all = paths.countFor(ToldPaths.NO_SOURCE);
        size += by * all;
        for (int i = 0; i < paths.count(); i++) {
            if (paths.isFirstOfItsSource(i)) {
                fewer.add(paths.source(i), by * (all - paths.countFor(paths.source(i))));
            }
        }
    }

    /** Gives back what a list holds that is not told after all. */
    public void release(ToldPaths paths) {
        for (int i = 0; i < paths.count(); i++) {
            attributes.release(paths.attributes(i));
            ids.release(paths.pathId(i));
        }
    }

    /** Shows every prefix of which something is told. */
    public void forEach(IntConsumer action) {
        for (int id = 0; id < told.length; id++) {
            if (told[id].count() > 0) {
                action.accept(id);
            }
        }
    }

    /** The same, held once more. */
    public AddPathRibOut copy() {
        AddPathRibOut copy = new AddPathRibOut(prefixes, attributes, ids);
        copy.told = told.clone();
        copy.size = size;
        copy.fewer = fewer.copy();
        forEach(id -> {
            prefixes.retain(id);
            ToldPaths paths = told[id];
            for (int i = 0; i < paths.count(); i++) {
                attributes.retain(paths.attributes(i));
                ids.retain(paths.pathId(i));
            }
        });
        return copy;
    }

    /** Gives back all that the entries hold. */
    public void clear() {
        forEach(this::withdraw);
    }
}

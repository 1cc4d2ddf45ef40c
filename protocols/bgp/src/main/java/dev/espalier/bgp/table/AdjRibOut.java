package dev.espalier.bgp.table;

import dev.espalier.net.IntRows;
import dev.espalier.net.PrefixTable;
import java.util.function.IntConsumer;

/**
 * What the members of one update group were last told about each prefix: the attributes, and whose path it was, because a path
 * is never told to the one it came from. A member's own Adj-RIB-Out is this table without the entries whose source it is.
 *
 * <p>Two columns by prefix number, the source being mostly the same for many prefixes and costing little then. An entry holds its
 * prefix and its attributes. One owner.
 */
public final class AdjRibOut {

    /** The members were told nothing, or that there is nothing. */
    public static final int NOTHING = -1;

    private static final int SOURCE = 1;
    private static final int COLUMNS = 2;

    private final PrefixTable prefixes;
    private final AttributeTable attributes;
    /** The key is the number of the attributes plus one. */
    private final IntRows told;

    private int size;
    private SourceTally perSource = new SourceTally();

    /** Nothing told yet. */
    public AdjRibOut(PrefixTable prefixes, AttributeTable attributes) {
        this(prefixes, attributes, new IntRows(COLUMNS));
    }

    private AdjRibOut(PrefixTable prefixes, AttributeTable attributes, IntRows told) {
        this.prefixes = prefixes;
        this.attributes = attributes;
        this.told = told;
    }

    /** How many prefixes are announced. */
    public int size() {
        return size;
    }

    /** How many prefixes are announced to a member: all but those of its own. */
    public int sizeFor(int member) {
        return size - perSource.of(member);
    }

    /** The attributes last announced for a prefix, or {@link #NOTHING}. */
    public int attributes(int prefixId) {
        return told.key(prefixId) - 1;
    }

    /** Whose path was announced; meaningful only where something was. */
    public int source(int prefixId) {
        return told.get(SOURCE, prefixId);
    }

    /** Notes an announcement; takes over one hold on the attributes. */
    public void announce(int prefixId, int attributeSet, int sourceIndex) {
        int before = attributes(prefixId);
        if (before == NOTHING) {
            prefixes.retain(prefixId);
            size++;
        } else {
            attributes.release(before);
            perSource.add(source(prefixId), -1);
        }
        told.key(prefixId, attributeSet + 1);
        told.set(SOURCE, prefixId, sourceIndex);
        perSource.add(sourceIndex, 1);
    }

    /** Notes a withdrawal of something announced. Call it after the message is packed: the prefix may be forgotten. */
    public void withdraw(int prefixId) {
        attributes.release(attributes(prefixId));
        perSource.add(source(prefixId), -1);
        told.key(prefixId, 0);
        size--;
        prefixes.release(prefixId);
    }

    /** Shows every prefix announced. */
    public void forEach(IntConsumer action) {
        for (int id = told.next(0); id >= 0; id = told.next(id + 1)) {
            action.accept(id);
        }
    }

    /** The same announcements, held once more. */
    public AdjRibOut copy() {
        AdjRibOut copy = new AdjRibOut(prefixes, attributes, told.copy());
        copy.size = size;
        copy.perSource = perSource.copy();
        forEach(id -> {
            prefixes.retain(id);
            attributes.retain(attributes(id));
        });
        return copy;
    }

    /** Gives back all that the entries hold. */
    public void clear() {
        forEach(this::withdraw);
    }
}

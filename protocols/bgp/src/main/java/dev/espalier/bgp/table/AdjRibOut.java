package dev.espalier.bgp.table;

import dev.espalier.net.PrefixTable;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * What the members of one update group were last told about each prefix: the attributes, and whose path it was, because a path
 * is never told to the one it came from. A member's own Adj-RIB-Out is this table without the entries whose source it is.
 *
 * <p>Two columns by prefix number. An entry holds its prefix and its attributes. One owner.
 */
public final class AdjRibOut {

    /** The members were told nothing, or that there is nothing. */
    public static final int NOTHING = -1;

    private final PrefixTable prefixes;
    private final AttributeTable attributes;
    /** Attribute numbers plus one; 0 means nothing was told. */
    private int[] told = new int[64];

    private int[] source = new int[64];
    private int size;
    private SourceTally perSource = new SourceTally();

    /** Nothing told yet. */
    public AdjRibOut(PrefixTable prefixes, AttributeTable attributes) {
        this.prefixes = prefixes;
        this.attributes = attributes;
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
        return prefixId < told.length ? told[prefixId] - 1 : NOTHING;
    }

    /** Whose path was announced; meaningful only where something was. */
    public int source(int prefixId) {
        return source[prefixId];
    }

    /** Notes an announcement; takes over one hold on the attributes. */
    public void announce(int prefixId, int attributeSet, int sourceIndex) {
        if (prefixId >= told.length) {
            int capacity = Math.max(prefixId + 1, told.length + told.length / 2);
            told = Arrays.copyOf(told, capacity);
            source = Arrays.copyOf(source, capacity);
        }
        if (told[prefixId] == 0) {
            prefixes.retain(prefixId);
            size++;
        } else {
            attributes.release(told[prefixId] - 1);
            perSource.add(source[prefixId], -1);
        }
        told[prefixId] = attributeSet + 1;
        source[prefixId] = sourceIndex;
        perSource.add(sourceIndex, 1);
    }

    /** Notes a withdrawal of something announced. Call it after the message is packed: the prefix may be forgotten. */
    public void withdraw(int prefixId) {
        attributes.release(told[prefixId] - 1);
        told[prefixId] = 0;
        perSource.add(source[prefixId], -1);
        size--;
        prefixes.release(prefixId);
    }

    /** Shows every prefix announced. */
    public void forEach(IntConsumer action) {
        for (int id = 0; id < told.length; id++) {
            if (told[id] != 0) {
                action.accept(id);
            }
        }
    }

    /** The same announcements, held once more. */
    public AdjRibOut copy() {
        AdjRibOut copy = new AdjRibOut(prefixes, attributes);
        copy.told = told.clone();
        copy.source = source.clone();
        copy.size = size;
        copy.perSource = perSource.copy();
        forEach(id -> {
            prefixes.retain(id);
            attributes.retain(told[id] - 1);
        });
        return copy;
    }

    /** Gives back all that the entries hold. */
    public void clear() {
        for (int id = 0; id < told.length; id++) {
            if (told[id] != 0) {
                withdraw(id);
            }
        }
    }
}

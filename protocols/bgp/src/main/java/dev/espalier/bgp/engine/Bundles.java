package dev.espalier.bgp.engine;

import dev.espalier.bgp.table.AttributeTable;
import dev.espalier.bgp.wire.SessionOptions;
import dev.espalier.bgp.wire.UpdatePacker;
import dev.espalier.net.PrefixTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;

/**
 * What one turn of an update group has to say, sorted into as few messages as possible.
 *
 * <p>Every change belongs to a bundle: all changes with the same attributes (or withdrawals) for the same receivers. Bundles
 * are found by a small open-addressed hash, and their prefixes are chained in the order in which they came; so sorting costs
 * the same per prefix however many there are. A path has at most one change per neighbour in a turn, so the order of bundles
 * does not matter to correctness; withdrawals go first, to make room at the receiver.
 *
 * <p>Without ADD-PATH the receivers are all but one neighbour, or one neighbour only, and its index is part of the key. With
 * ADD-PATH they are an {@link Audience}, and its number is.
 */
final class Bundles {

    private static final int NONE = -1;
    private static final int WITHDRAWAL = 0;

    /** Where the set of attributes starts in a key; below it, the neighbour's index or the audience's number. */
    private static final int NEIGHBOR_BITS = 24;
    /** Set in the key of a bundle for one neighbour only; otherwise the bundle is for all but that neighbour. */
    private static final long ONLY = 1L << 61;

    private final ExportKey exportKey;
    private final AttributeTable attributes;
    private final PrefixTable prefixes;

    // by change
    private int[] ids = new int[64];
    private int[] next = new int[64];
    private int changes;
    /** The path identifiers of the changes; stays empty without ADD-PATH. */
    private int[] pathIds = {};

    // by bundle, in the order of appearance
    private long[] keys = new long[16];
    private int[] head = new int[16];
    private int[] tail = new int[16];
    private int bundles;
    /** Bundle numbers plus one, by hash of their key; the length is a power of two. */
    private int[] slots = new int[64];

    // with ADD-PATH only: the audiences by number, and their numbers
    private final List<Audience> audiences = new ArrayList<>();
    private final Map<Audience, Integer> audienceNumbers = new HashMap<>();

    Bundles(ExportKey exportKey, AttributeTable attributes, PrefixTable prefixes) {
        this.exportKey = exportKey;
        this.attributes = attributes;
        this.prefixes = prefixes;
    }

    /** To all but the neighbour whose path it was. */
    void withdraw(int prefixId, int except) {
        add(key(WITHDRAWAL, except), prefixId);
    }

    /** To all but the neighbour whose path it is. */
    void announce(int prefixId, int set, int except) {
        add(key(set + 1, except), prefixId);
    }

    /** To one neighbour only, if it is a member. */
    void withdrawFrom(int neighbor, int prefixId) {
        add(ONLY | key(WITHDRAWAL, neighbor), prefixId);
    }

    /** To one neighbour only, if it is a member. */
    void announceTo(int neighbor, int prefixId, int set) {
        add(ONLY | key(set + 1, neighbor), prefixId);
    }

    /** One path of several, to an audience. */
    void withdraw(int prefixId, int pathId, Audience audience) {
        add(key(WITHDRAWAL, number(audience)), prefixId, pathId);
    }

    /** One path of several, to an audience. */
    void announce(int prefixId, int pathId, int set, Audience audience) {
        add(key(set + 1, number(audience)), prefixId, pathId);
    }

    private int number(Audience audience) {
        return audienceNumbers.computeIfAbsent(audience, added -> {
            audiences.add(added);
            return audiences.size() - 1;
        });
    }

    /** Shows the prefixes withdrawn from all, those for one neighbour aside. */
    void forEachWithdrawn(IntConsumer action) {
        for (int bundle = 0; bundle < bundles; bundle++) {
            if ((keys[bundle] & ONLY) == 0 && setPlusOne(bundle) == WITHDRAWAL) {
                for (int change = head[bundle]; change != NONE; change = next[change]) {
                    action.accept(ids[change]);
                }
            }
        }
    }

    /** Packs everything and gives each member what is meant for it. */
    void send(List<Member> members) {
        if (changes == 0 || members.isEmpty()) {
            return;
        }
        List<byte[]> messages = new ArrayList<>();
        UpdatePacker packer = new UpdatePacker(packerOptions(), messages::add);
        for (int bundle = 0; bundle < bundles; bundle++) {
            if (setPlusOne(bundle) == WITHDRAWAL) {
                packer.beginWithdrawal(exportKey.family());
                pack(bundle, packer, messages, members);
            }
        }
        for (int bundle = 0; bundle < bundles; bundle++) {
            if (setPlusOne(bundle) != WITHDRAWAL) {
                if (!packer.begin(exportKey.family(), attributes.get(setPlusOne(bundle) - 1))) {
                    throw new IllegalStateException("the export rules let attributes pass that do not fit a message");
                }
                pack(bundle, packer, messages, members);
            }
        }
    }

    private void pack(int bundle, UpdatePacker packer, List<byte[]> messages, List<Member> members) {
        for (int change = head[bundle]; change != NONE; change = next[change]) {
            int id = ids[change];
            packer.add(addPath() ? pathIds[change] : 0, prefixes.high(id), prefixes.low(id), prefixes.length(id));
        }
        packer.end();
        for (Member member : members) {
            if (isFor(bundle, member.source())) {
                member.add(messages);
            }
        }
        messages.clear();
    }

    private boolean isFor(int bundle, int member) {
        int low = (int) (keys[bundle] & ((1 << NEIGHBOR_BITS) - 1));
        return addPath() ? audiences.get(low).includes(member) : (member == low) == ((keys[bundle] & ONLY) != 0);
    }

    private boolean addPath() {
        return exportKey.paths() > 0;
    }

    private int setPlusOne(int bundle) {
        return (int) ((keys[bundle] & ~ONLY) >>> NEIGHBOR_BITS);
    }

    private static long key(int setPlusOne, int neighbor) {
        return (long) setPlusOne << NEIGHBOR_BITS | neighbor;
    }

    private void add(long key, int prefixId, int pathId) {
        add(key, prefixId);
        if (changes > pathIds.length) {
            pathIds = Arrays.copyOf(pathIds, ids.length);
        }
        pathIds[changes - 1] = pathId;
    }

    private void add(long key, int prefixId) {
        int bundle = bundle(key);
        if (changes == ids.length) {
            ids = Arrays.copyOf(ids, 2 * changes);
            next = Arrays.copyOf(next, 2 * changes);
        }
        ids[changes] = prefixId;
        next[changes] = NONE;
        if (head[bundle] == NONE) {
            head[bundle] = changes;
        } else {
            next[tail[bundle]] = changes;
        }
        tail[bundle] = changes++;
    }

    private int bundle(long key) {
        int mask = slots.length - 1;
        int slot = hash(key) & mask;
        while (slots[slot] != 0) {
            if (keys[slots[slot] - 1] == key) {
                return slots[slot] - 1;
            }
            slot = slot + 1 & mask;
        }
        if (bundles == keys.length) {
            keys = Arrays.copyOf(keys, 2 * bundles);
            head = Arrays.copyOf(head, 2 * bundles);
            tail = Arrays.copyOf(tail, 2 * bundles);
        }
        keys[bundles] = key;
        head[bundles] = NONE;
        slots[slot] = ++bundles;
        if (2 * bundles > slots.length) {
            rehash();
        }
        return bundles - 1;
    }

    private void rehash() {
        slots = new int[2 * slots.length];
        int mask = slots.length - 1;
        for (int bundle = 0; bundle < bundles; bundle++) {
            int slot = hash(keys[bundle]) & mask;
            while (slots[slot] != 0) {
                slot = slot + 1 & mask;
            }
            slots[slot] = bundle + 1;
        }
    }

    private static int hash(long key) {
        long mixed = key * 0x9E3779B97F4A7C15L;
        return (int) (mixed >>> 32);
    }

    private SessionOptions packerOptions() {
        return new SessionOptions(
                exportKey.fourOctetAs(),
                exportKey.maxMessageLength() > dev.espalier.bgp.wire.Message.MAX_LENGTH,
                exportKey.internal(),
                Set.of(exportKey.family()),
                Set.of(),
                addPath() ? Set.of(exportKey.family()) : Set.of(),
                exportKey.extendedNextHop() ? Set.of(exportKey.family()) : Set.of());
    }
}

package dev.espalier.routing;

import dev.espalier.net.AddressFamily;
import dev.espalier.route.NextHop;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The groups of next hops in use, each once, by number; numbers start at 1 and are given again when nobody holds them. A group
 * is made for the routes of one family, as the kernel's are.
 */
final class GroupTable {

    private static final Comparator<NextHop> ORDER = Comparator.comparing(NextHop::toString);

    private final Consumer<NextHopGroup> born;
    private final Consumer<NextHopGroup> died;
    private final Map<Key, NextHopGroup> byMembers = new HashMap<>();
    private NextHopGroup[] byNumber = new NextHopGroup[16];
    private int limit = 1;
    private final List<Integer> free = new ArrayList<>();

    private record Key(AddressFamily family, List<NextHop> members, List<NextHop> backup) {}

    /**
     * An empty table.
     *
     * @param born is told of each new group, which it resolves
     * @param died is told of each group that nobody holds any more
     */
    GroupTable(Consumer<NextHopGroup> born, Consumer<NextHopGroup> died) {
        this.born = born;
        this.died = died;
    }

    int size() {
        return byMembers.size();
    }

    /** The group of these next hops in whatever order, with a backup or an empty list, held once more. */
    int intern(AddressFamily family, List<NextHop> nextHops, List<NextHop> spare) {
        Key key = new Key(family, canonical(nextHops), canonical(spare));
        NextHopGroup known = byMembers.get(key);
        if (known != null) {
            known.holders++;
            return known.number;
        }
        Key lasting = new Key(family, List.copyOf(key.members), List.copyOf(key.backup));
        check(lasting);
        NextHopGroup group =
                new NextHopGroup(free.isEmpty() ? limit++ : free.removeLast(), family, lasting.members, lasting.backup);
        group.holders = 1;
        if (group.number == byNumber.length) {
            byNumber = java.util.Arrays.copyOf(byNumber, 2 * byNumber.length);
        }
        byNumber[group.number] = group;
        byMembers.put(lasting, group);
        born.accept(group);
        return group.number;
    }

    private static List<NextHop> canonical(List<NextHop> nextHops) {
        return nextHops.size() < 2
                ? nextHops
                : nextHops.stream().distinct().sorted(ORDER).toList();
    }

    private static void check(Key key) {
        if (key.members.isEmpty()) {
            throw new IllegalArgumentException("a group of next hops needs at least one");
        }
        check(key.family, key.members);
        check(key.family, key.backup);
        if (key.members.contains(new NextHop.Discard()) && !key.backup.isEmpty()) {
            throw new IllegalArgumentException("'discard' cannot fail, and so needs no backup: " + key.backup);
        }
    }

    private static void check(AddressFamily family, List<NextHop> members) {
        for (NextHop member : members) {
            switch (member) {
                case NextHop.Via via -> {
                    // RFC 8950 lets IPv4 routes have IPv6 next hops; nothing has it the other way round
                    if (family == AddressFamily.IPV6 && via.address().family() == AddressFamily.IPV4) {
                        throw new IllegalArgumentException("an IPv6 route cannot have the IPv4 next hop " + via);
                    }
                    checkWeight(via.weight());
                }
                case NextHop.Through through -> {
                    if (family == AddressFamily.IPV6 && through.end().family() == AddressFamily.IPV4) {
                        throw new IllegalArgumentException(
                                "an IPv6 route cannot have a tunnel's end in IPv4 as its next hop: " + through);
                    }
                    checkWeight(through.weight());
                }
                case NextHop.Attached _ -> {}
                case NextHop.Discard _ -> {
                    if (members.size() > 1) {
                        throw new IllegalArgumentException(
                                "'discard' cannot share a group with other next hops: " + members);
                    }
                }
            }
        }
    }

    private static void checkWeight(int weight) {
        if (weight < 1 || weight > HopShares.MAX_WEIGHT) {
            throw new IllegalArgumentException("the weight of a next hop is 1 to 256, not " + weight);
        }
    }

    NextHopGroup get(int number) {
        return byNumber[number];
    }

    void retain(int number) {
        byNumber[number].holders++;
    }

    @SuppressWarnings("NullAway") // a number that nobody holds has no group, and nobody may ask for it
    void release(int number) {
        NextHopGroup group = byNumber[number];
        if (--group.holders > 0) {
            return;
        }
        byMembers.remove(new Key(group.family, group.members, group.backup));
        byNumber[number] = null;
        free.add(number);
        died.accept(group);
    }

    void forEach(Consumer<NextHopGroup> action) {
        byMembers.values().forEach(action);
    }
}

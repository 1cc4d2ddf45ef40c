package dev.espalier.linux;

import dev.espalier.net.AddressFamily;
import dev.espalier.route.Fib;
import dev.espalier.route.NextHop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Which groups of the kernel stand behind the numbers by which the caller of {@link Fib} knows its groups. A number belongs to
 * a table and a family: the caller may use the same one in each.
 *
 * <p>Usually one stands behind each number. After adoption there may be several, when two groups had become equal and the
 * caller answered both with one number; all of them are then replaced and removed together.
 *
 * <p>Guarded by the lock of the {@link NetlinkFib} that owns it.
 */
final class NextHopGroups {

    private static final Fib.Members DISCARD = Fib.Members.of(List.of(NextHop.Hop.DISCARD));

    private final NexthopObjects objects;
    private final Map<Key, Group> groups = new HashMap<>();

    private record Key(int table, AddressFamily family, int number) {}

    /** Ids of kernel groups, at least one, of which new routes get the first; and the contents, as last put or adopted. */
    private record Group(List<Integer> ids, Fib.Members wanted) {}

    NextHopGroups(NexthopObjects objects) {
        this.objects = objects;
    }

    /** The id of the kernel's group to which a new route shall point; 0 when the caller has put no such group. */
    int id(int table, AddressFamily family, int number) {
        Group group = groups.get(new Key(table, family, number));
        return group == null ? 0 : group.ids().getFirst();
    }

    /**
     * Makes or replaces a group.
     *
     * @return whether routes were lost before: the kernel had removed the group behind our back, and a new one was made
     * @throws NetlinkException when the kernel refuses; then nothing has changed
     */
    boolean put(int table, AddressFamily family, int number, Fib.Members members) {
        Key key = new Key(table, family, number);
        try {
            attempt(key, members);
            return false;
        } catch (NetlinkException refused) {
            if (refused.errno() != Errno.ENOENT && refused.errno() != Errno.EINVAL) {
                throw refused;
            }
            // Perhaps a link died a moment ago and took objects with it: look what is left and try again.
            boolean lost = reconcile();
            attempt(key, members);
            return lost;
        }
    }

    private void attempt(Key key, Fib.Members members) {
        Group group = groups.get(key);
        List<Integer> ids = group == null ? List.of(objects.create(key.family(), members)) : group.ids();
        if (group != null) {
            ids.forEach(id -> objects.replace(id, key.family(), members));
        }
        groups.put(key, new Group(ids, objects.contents(ids.getFirst())));
    }

    /** Removes a group; does nothing when there is none. */
    void drop(int table, AddressFamily family, int number) {
        Group group = groups.remove(new Key(table, family, number));
        if (group != null) {
            group.ids().forEach(objects::delete);
        }
    }

    /** Looks what the kernel has left of the groups. @return whether one is gone, and so the routes that used it */
    boolean reconcile() {
        objects.refresh();
        boolean lost = false;
        Iterator<Map.Entry<Key, Group>> all = groups.entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<Key, Group> entry = all.next();
            Group group = entry.getValue();
            List<Integer> left = group.ids().stream().filter(objects::isGroup).toList();
            lost |= left.size() < group.ids().size();
            if (left.isEmpty()) {
                all.remove();
            } else {
                entry.setValue(new Group(left, group.wanted()));
            }
        }
        return lost;
    }

    /** Whether some group has not the contents last put: the kernel took members out, or another program changed it. */
    boolean differs() {
        return groups.values().stream().anyMatch(group -> group.ids().stream()
                .anyMatch(id -> !objects.contents(id).equals(group.wanted())));
    }

    /** The ids of all groups that the caller knows. */
    Set<Integer> known() {
        Set<Integer> known = new HashSet<>();
        groups.values().forEach(group -> known.addAll(group.ids()));
        return known;
    }

    /** Begins to learn anew which groups the routes of a table use. */
    Adoption adopt(int table, Fib.Contents contents) {
        return new Adoption(table, contents);
    }

    /** One reading of a table: the caller gives numbers to the groups that are met. */
    final class Adoption {
        private final int table;
        private final Fib.Contents contents;
        private final Map<Integer, Integer> ipv4Numbers = new HashMap<>();
        private final Map<Integer, Integer> ipv6Numbers = new HashMap<>();
        private final Map<Key, Group> groupsFound = new HashMap<>();

        private Adoption(int table, Fib.Contents contents) {
            this.table = table;
            this.contents = contents;
        }

        /** The caller's number for the kernel's group, which a route of this family uses. */
        int number(AddressFamily family, int id) {
            Map<Integer, Integer> numbers =
                    switch (family) {
                        case IPV4 -> ipv4Numbers;
                        case IPV6 -> ipv6Numbers;
                    };
            Integer known = numbers.get(id);
            return known != null ? known : askNumber(family, id, numbers);
        }

        private int askNumber(AddressFamily family, int id, Map<Integer, Integer> numbers) {
            Fib.Members found = objects.contents(id);
            boolean unknown = found.used().isEmpty();
            // A route that carries our protocol number but no group of ours was changed by hand. Told as a discard, it
            // will
            // be replaced or removed by the caller like any other that is not as it should be.
            int number = contents.group(unknown ? DISCARD : found);
            numbers.put(id, number);
            if (!unknown) {
                groupsFound
                        .computeIfAbsent(new Key(table, family, number), key -> new Group(new ArrayList<>(), found))
                        .ids()
                        .add(id);
            }
            return number;
        }

        /**
         * The table has been read. A kernel group belongs to the number it was read under, for its routes do. Numbers from
         * before that were not told again stay good: those that lost their kernel group to another number get a new one.
         */
        void finish() {
            Set<Integer> read = new HashSet<>();
            groupsFound.values().forEach(group -> read.addAll(group.ids()));
            for (Key key : List.copyOf(groups.keySet())) {
                if (key.table() == table) {
                    giveUp(key, read);
                }
            }
            groups.putAll(groupsFound);
            putMissing(AddressFamily.IPV4, ipv4Numbers);
            putMissing(AddressFamily.IPV6, ipv6Numbers);
        }

        private void giveUp(Key key, Set<Integer> read) {
            Group before = Objects.requireNonNull(groups.get(key));
            List<Integer> unread =
                    before.ids().stream().filter(id -> !read.contains(id)).toList();
            if (groupsFound.containsKey(key)) {
                unread.forEach(objects::delete); // no route uses them, or they would have been read
                groups.remove(key);
            } else if (unread.isEmpty()) {
                groups.remove(key);
                renew(key, before.wanted());
            } else {
                groups.put(key, new Group(unread, before.wanted()));
            }
        }

        /** When its links are down it cannot be made; then the number is unknown until it is put again. */
        private void renew(Key key, Fib.Members members) {
            try {
                attempt(key, members);
            } catch (NetlinkException refused) {
                groups.remove(key);
            }
        }

        /** The numbers given to routes without a group must stand for one, as the caller now believes. */
        private void putMissing(AddressFamily family, Map<Integer, Integer> numbers) {
            for (int number : numbers.values()) {
                if (id(table, family, number) == 0) {
                    put(table, family, number, DISCARD);
                }
            }
        }
    }
}

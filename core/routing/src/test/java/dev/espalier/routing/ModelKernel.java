package dev.espalier.routing;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpPrefix;
import dev.espalier.route.Fib;
import dev.espalier.route.Loop;
import dev.espalier.route.NextHop.Hop;
import dev.espalier.route.RoutingInstance;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A kernel's forwarding table as a simulation has it: groups and routes with the kernel's rules. An addition fails where a
 * route is; a replacement fails where none is; a route needs its group; a group with routes cannot be dropped; a group goes
 * through links that are up only; a link that goes down takes its hops out of the groups, what is on standby takes the place of
 * the last of them, and groups left empty take their routes along. It outlives the daemon.
 */
final class ModelKernel implements Fib {

    static final int ENOENT = 2;
    static final int EBUSY = 16;
    static final int EEXIST = 17;
    static final int EINVAL = 22;
    static final int ENETDOWN = 100;

    /** Routes and groups as the kernel has them. Ids are its own; numbers belong to the daemon of the day. */
    private final Map<Integer, Members> groups = new HashMap<>();

    private final TreeMap<IpPrefix, Integer> routes = new TreeMap<>();
    private final Set<Integer> linksUp = new HashSet<>();
    private int lastId;

    private final Map<Integer, Integer> idByNumber = new HashMap<>();
    private final ArrayDeque<Runnable> unanswered = new ArrayDeque<>();
    private final List<Runnable> watchers = new ArrayList<>();

    /** Prefixes that somebody else's route with our metric occupies. */
    final Set<IpPrefix> occupied = new HashSet<>();

    /** Whether groups are refused, as a kernel without memory does. */
    boolean refusesGroups;

    /** Whether answers wait for {@link #answer}, instead of coming at once. */
    boolean slow;

    boolean unreadable;
    int reads;

    /** How many changes of each kind were asked for. */
    final Map<Batch.Change, Integer> asked = new EnumMap<>(Batch.Change.class);

    void linkUp(int link) {
        linksUp.add(link);
    }

    /** As the kernel does it: hops leave their groups, and empty groups leave with their routes. It tells of the loss. */
    void linkDown(int link) {
        linksUp.remove(link);
        boolean lost = false;
        for (Integer id : List.copyOf(groups.keySet())) {
            Members before = groups.get(id);
            List<Hop> used = without(link, before.used());
            List<Hop> standby = without(link, before.standby());
            lost |= !used.equals(before.used()) || !standby.equals(before.standby());
            groups.put(
                    id,
                    used.isEmpty()
                            ? new Members(standby, List.of(), before.guarded())
                            : new Members(used, standby, before.guarded()));
            if (used.isEmpty() && standby.isEmpty()) {
                groups.remove(id);
                routes.values().removeIf(id::equals);
            }
        }
        if (lost) {
            tellLoss();
        }
    }

    private static List<Hop> without(int link, List<Hop> hops) {
        return hops.stream().filter(hop -> hop.link() != link).toList();
    }

    /** Another program removes a route of ours. */
    void removeByHand(IpPrefix prefix) {
        if (routes.remove(prefix) != null) {
            tellLoss();
        }
    }

    /** Removes groups that a daemon left behind when it died between making one and using it. */
    void sweepUnusedGroups() {
        groups.keySet().retainAll(routes.values());
    }

    private void tellLoss() {
        List.copyOf(watchers).forEach(Runnable::run);
    }

    /** The daemon died: nobody hears of answers or losses, and numbers mean nothing any more. */
    void daemonDied() {
        unanswered.clear();
        watchers.clear();
        idByNumber.clear();
    }

    /** What it holds of ours, in words that do not depend on numbers. */
    Map<IpPrefix, List<Hop>> content() {
        Map<IpPrefix, List<Hop>> content = new TreeMap<>();
        routes.forEach((prefix, id) -> content.put(prefix, groups.get(id).used()));
        return content;
    }

    int groupCount() {
        return groups.size();
    }

    boolean everyGroupIsUsed() {
        return routes.values().containsAll(groups.keySet());
    }

    int asked(Batch.Change change) {
        return asked.getOrDefault(change, 0);
    }

    int askedForRoutes() {
        return asked(Batch.Change.ADD_ROUTE) + asked(Batch.Change.REPLACE_ROUTE) + asked(Batch.Change.REMOVE_ROUTE);
    }

    /** Lets the kernel work on one batch that waits. Returns whether there was one. */
    boolean answer() {
        Runnable next = unanswered.poll();
        if (next != null) {
            next.run();
        }
        return next != null;
    }

    @Override
    public void read(RoutingInstance instance, Contents contents) {
        reads++;
        if (unreadable) {
            throw new FibException("no permission");
        }
        Map<Integer, Integer> numbers = new HashMap<>();
        Map<Integer, Integer> ids = new HashMap<>();
        routes.forEach((prefix, id) -> {
            int number = numbers.computeIfAbsent(id, _ -> contents.group(groups.get(id)));
            ids.put(number, id);
            contents.route(
                    prefix.family(), prefix.address().high(), prefix.address().low(), prefix.length(), number);
        });
        // a number given anew lets go of the group it stood for, which no route uses or it would have been told
        idByNumber.forEach((number, id) -> {
            if (ids.containsKey(number) && !ids.containsValue(id)) {
                groups.remove(id);
            }
        });
        // a number that is not told again stays good unless its group was told under another
        idByNumber.values().removeIf(id -> ids.containsValue(id) || !groups.containsKey(id));
        idByNumber.putAll(ids);
    }

    @Override
    public void submit(Batch batch, Loop loop, Outcome outcome) {
        Runnable work = () -> {
            List<Failure> failures = new ArrayList<>();
            for (int i = 0; i < batch.size(); i++) {
                asked.merge(batch.change(i), 1, Integer::sum);
                int errno = change(batch, i);
                if (errno != 0) {
                    failures.add(new Failure(i, errno, "errno " + errno));
                }
            }
            loop.execute(() -> outcome.done(failures));
        };
        if (batch.isUrgent()) {
            unanswered.addFirst(work);
        } else {
            unanswered.addLast(work);
        }
        if (!slow) {
            answer();
        }
    }

    @Override
    public void watch(Loop loop, LossObserver observer) {
        watchers.add(() -> loop.execute(() -> observer.lost("a link went down, or somebody removed a route")));
    }

    private int change(Batch batch, int i) {
        return switch (batch.change(i)) {
            case PUT_GROUP -> put(batch.group(i), batch.members(i));
            case DROP_GROUP -> drop(batch.group(i));
            case ADD_ROUTE -> add(prefix(batch, i), batch.family(i), batch.group(i));
            case REPLACE_ROUTE -> replace(prefix(batch, i), batch.group(i));
            case REMOVE_ROUTE -> {
                routes.remove(prefix(batch, i));
                yield 0;
            }
        };
    }

    private static IpPrefix prefix(Batch batch, int i) {
        return IpPrefix.of(batch.family(i), batch.high(i), batch.low(i), batch.length(i));
    }

    private int put(int number, Members members) {
        if (members.used().isEmpty()) {
            throw new AssertionError("a group without members");
        }
        if (refusesGroups) {
            return EINVAL;
        }
        for (Hop hop : Stream.concat(members.used().stream(), members.standby().stream())
                .toList()) {
            if (!hop.isDiscard() && !linksUp.contains(hop.link())) {
                return ENETDOWN;
            }
        }
        Integer id = idByNumber.get(number);
        if (id == null || !groups.containsKey(id)) {
            id = ++lastId;
            idByNumber.put(number, id);
        }
        if (groups.containsKey(id) && groups.get(id).guarded() != members.guarded()) {
            return EINVAL; // "Can not replace a nexthop group with one of a different type"
        }
        if (!members.guarded() && !members.standby().isEmpty()) {
            throw new AssertionError("a group that has no room for hops on standby");
        }
        groups.put(id, members);
        return 0;
    }

    private int drop(int number) {
        Integer id = idByNumber.get(number);
        if (id == null) {
            return ENOENT;
        }
        if (routes.containsValue(id)) {
            return EBUSY; // the real one would take the routes along: worse
        }
        groups.remove(id);
        idByNumber.remove(number);
        return 0;
    }

    private int add(IpPrefix prefix, AddressFamily family, int number) {
        Integer id = idByNumber.get(number);
        if (id == null || !groups.containsKey(id)) {
            return ENOENT;
        }
        if (family == AddressFamily.IPV6
                && groups.get(id).used().stream()
                        .anyMatch(h -> h.gateway() != null && h.gateway().family() != family)) {
            return EINVAL;
        }
        if (occupied.contains(prefix) || routes.containsKey(prefix)) {
            return EEXIST;
        }
        routes.put(prefix, id);
        return 0;
    }

    private int replace(IpPrefix prefix, int number) {
        Integer id = idByNumber.get(number);
        if (id == null || !groups.containsKey(id) || !routes.containsKey(prefix)) {
            return ENOENT;
        }
        routes.put(prefix, id);
        return 0;
    }
}

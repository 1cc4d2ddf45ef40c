package dev.espalier.bgp.engine;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.route.NextHop;
import dev.espalier.route.PathAttributes;
import dev.espalier.routing.NextHopObserver;
import dev.espalier.routing.NextHopState;
import dev.espalier.routing.RoutingTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The next hops of the paths that take part in the decision: each is tracked in the routing table once, and the decision reads
 * its metric from an array.
 *
 * <p>A set of attributes has one next hop, so its number leads to the next hop's number; only a link-local next hop also needs
 * the link of the session, and leads to one number for each. Tracking begins with the first accepted path and ends when the last
 * set of attributes that names the next hop is forgotten. One owner, the table's loop.
 */
final class NextHops {

    private static final long UNREACHABLE = -1;
    /** In place of a metric: no path names it any more, as far as was known, and groups do without it. */
    private static final long ABANDONED = -2;

    /** A next hop: an address, and the link for a link-local one. */
    private record Key(IpAddress address, int link) {}

    private final RoutingTable routing;
    private final IntConsumer changed;
    /** One object, because the routing table knows observers by identity. */
    private final NextHopObserver observer = this::nextHopChanged;

    private final Map<Key, Integer> numbers = new HashMap<>();
    /** The ways that another routing instance has found, by themselves. */
    private final Map<List<NextHop>, Integer> foundElsewhere = new HashMap<>();

    private final List<@Nullable Key> keys = new ArrayList<>();
    private final List<Integer> free = new ArrayList<>();
    private long[] metrics = new long[16];
    private int[] holders = new int[16];
    /** Groups of one next hop, plus one; 0 where none was asked for. */
    private int[] ipv4Groups = new int[16];

    private int[] ipv6Groups = new int[16];
    /** Each next hop as a list of its own, with weight 1. */
    private final List<List<NextHop>> alone = new ArrayList<>();

    /**
     * By number of a set of attributes: the number of its next hop plus one; 0 when not tracked; for a link-local next hop, minus
     * the number plus one of its first {@link ScopedNumbers} entry.
     */
    private int[] bySet = new int[64];

    private final ScopedNumbers scoped = new ScopedNumbers();

    /**
     * Nothing tracked yet.
     *
     * @param changed told the number of a next hop that became reachable, unreachable, nearer or farther
     */
    NextHops(RoutingTable routing, IntConsumer changed) {
        this.routing = routing;
        this.changed = changed;
    }

    /**
     * The next hop of an accepted path, tracked from now on.
     *
     * @param set the number of its attributes, which have a next hop
     * @param link the link of its session if that is with a link-local neighbour, otherwise 0
     */
    int of(int set, PathAttributes attributes, int link) {
        int known = set < bySet.length ? bySet[set] : 0;
        if (known > 0) {
            return known - 1;
        }
        int found = known < 0 ? scoped.find(-known - 1, link) : ScopedNumbers.NONE;
        return found != ScopedNumbers.NONE ? found : begin(set, attributes, link);
    }

    private int begin(int set, PathAttributes attributes, int link) {
        IpAddress address = attributes.nextHop();
        if (address == null) {
            throw new IllegalArgumentException("a path of our own has no next hop to track");
        }
        if (set >= bySet.length) {
            bySet = Arrays.copyOf(bySet, Math.max(set + 1, 2 * bySet.length));
        }
        IpAddress linkLocal = NextHopScope.isScoped(address) ? address : attributes.linkLocalNextHop();
        int number;
        if (linkLocal == null) {
            number = number(new Key(address, 0));
            bySet[set] = number + 1;
        } else {
            // Of a global and a link-local next hop from a link-local neighbour, the latter is surely on its link; the
            // former
            // may be in a network that we have no address in.
            boolean onLink = link != 0 || linkLocal.equals(address);
            number = number(onLink ? new Key(linkLocal, link) : new Key(address, 0));
            bySet[set] = -(scoped.add(bySet[set] == 0 ? ScopedNumbers.NONE : -bySet[set] - 1, link, number) + 1);
        }
        holders[number]++;
        return number;
    }

    /** Whether some path that took part in a decision has this next hop. */
    boolean isTracked(IpAddress address) {
        return numbers.containsKey(new Key(address, 0));
    }

    /** The number of the next hop with this address on this link, or of the one anywhere; -1 when neither is tracked. */
    int tracked(IpAddress address, int link) {
        Integer onLink = numbers.get(new Key(address, link));
        Integer number = onLink == null ? numbers.get(new Key(address, 0)) : onLink;
        return number == null ? -1 : number;
    }

    /** A set of attributes is forgotten. */
    void forget(int set) {
        if (set >= bySet.length || bySet[set] == 0) {
            return;
        }
        int known = bySet[set];
        bySet[set] = 0;
        if (known > 0) {
            release(known - 1);
        } else {
            scoped.remove(-known - 1, this::release);
        }
    }

    /**
     * A number for ways that another routing instance of this host has found, held once more: {@link #release} it. They count as
     * reachable for as long as the other one says so, all at the same distance.
     *
     * @param ways as the routing table takes them; none for packets that stay on this host
     */
    int foundElsewhere(List<NextHop> ways) {
        Integer known = foundElsewhere.get(ways);
        int number = known == null ? fresh() : known;
        if (known == null) {
            List<NextHop> lasting = List.copyOf(ways);
            alone.set(number, lasting);
            metrics[number] = 0;
            foundElsewhere.put(lasting, number);
        }
        holders[number]++;
        return number;
    }

    /** Whether packets leave this host by a next hop; one of another routing instance may be a discard, or nothing at all. */
    boolean forwards(int number) {
        List<NextHop> ways = alone.get(number);
        return !ways.isEmpty() && !(ways.getFirst() instanceof NextHop.Discard);
    }

    /** Holds a number once less. */
    void release(int number) {
        if (--holders[number] > 0) {
            return;
        }
        Key key = keys.get(number);
        if (key == null) {
            foundElsewhere.remove(alone.get(number));
        } else {
            routing.untrack(key.address(), key.link(), observer);
            numbers.remove(key);
        }
        releaseGroup(ipv4Groups, number);
        releaseGroup(ipv6Groups, number);
        keys.set(number, null);
        free.add(number);
    }

    /** The number of the next hop of a path as {@link #of}, if it is tracked already, otherwise -1. */
    int known(int set, int link) {
        int known = set < bySet.length ? bySet[set] : 0;
        return known > 0 ? known - 1 : known < 0 ? scoped.find(-known - 1, link) : ScopedNumbers.NONE;
    }

    /** The metric of the route to a next hop of a path there is; -1 when it cannot be reached. */
    long metric(int number) {
        long known = metrics[number];
        return known == ABANDONED ? reinstate(number) : known;
    }

    /**
     * Has packets go another way at once, where routes by these next hops have one: the last paths with them are about to be removed,
     * and the routes put anew one by one. A next hop is back when a path with it takes part in a decision.
     */
    void abandon(BitSet those) {
        List<NextHop.Via> abandoned = new ArrayList<>(those.cardinality());
        those.stream().forEach(number -> {
            Key key = key(number);
            metrics[number] = ABANDONED;
            abandoned.add(new NextHop.Via(key.address(), key.link(), 1));
        });
        routing.abandon(abandoned);
    }

    /** Ends what {@link #abandon} began. */
    long reinstate(int number) {
        Key key = key(number);
        routing.reinstate(key.address(), key.link());
        metrics[number] = metricOf(routing.state(key.address(), key.link()));
        return metrics[number];
    }

    /** The next hop as the routing table takes it, with a share of the traffic of 1 to 256. */
    NextHop toNextHop(int number, int weight) {
        Key key = key(number);
        return new NextHop.Via(key.address(), key.link(), weight);
    }

    /**
     * The routing table's group of this one next hop, for routes of a family. Held as long as the next hop is tracked: nearly all
     * routes have one next hop, and so need not ask the routing table each.
     */
    int group(int number, AddressFamily family) {
        int[] groups = family == AddressFamily.IPV4 ? ipv4Groups : ipv6Groups;
        if (groups[number] == 0) {
            groups[number] = routing.group(family, alone(number)) + 1;
        }
        return groups[number] - 1;
    }

    /** The one next hop as the routing table takes a list of them. */
    List<NextHop> alone(int number) {
        return alone.get(number);
    }

    private void releaseGroup(int[] groups, int number) {
        if (groups[number] != 0) {
            routing.releaseGroup(groups[number] - 1);
            groups[number] = 0;
        }
    }

    private Key key(int number) {
        Key key = keys.get(number);
        if (key == null) {
            throw new IllegalStateException("next hop " + number + " is not tracked");
        }
        return key;
    }

    private int number(Key key) {
        Integer known = numbers.get(key);
        if (known != null) {
            return known;
        }
        int number = fresh();
        keys.set(number, key);
        alone.set(number, List.of(toNextHop(number, 1)));
        numbers.put(key, number);
        metrics[number] = metricOf(routing.track(key.address(), key.link(), observer));
        return number;
    }

    /** A number that nothing is known of and nobody holds. */
    private int fresh() {
        int number = free.isEmpty() ? keys.size() : free.removeLast();
        if (number == keys.size()) {
            keys.add(null);
            alone.add(List.of());
        }
        if (number >= metrics.length) {
            metrics = Arrays.copyOf(metrics, 2 * metrics.length);
            holders = Arrays.copyOf(holders, metrics.length);
            ipv4Groups = Arrays.copyOf(ipv4Groups, metrics.length);
            ipv6Groups = Arrays.copyOf(ipv6Groups, metrics.length);
        }
        holders[number] = 0;
        return number;
    }

    private void nextHopChanged(IpAddress address, int link, NextHopState state) {
        Integer number = numbers.get(new Key(address, link));
        if (number != null && metrics[number] != ABANDONED && metrics[number] != metricOf(state)) {
            metrics[number] = metricOf(state);
            changed.accept(number);
        }
    }

    private static long metricOf(NextHopState state) {
        return state.resolvable() ? state.metric() : UNREACHABLE;
    }
}

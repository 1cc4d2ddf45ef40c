package dev.espalier.bgp.engine;

import dev.espalier.bgp.table.PrefixQueue;
import dev.espalier.bgp.table.Rib;
import dev.espalier.bgp.wire.Family;
import dev.espalier.net.IpPrefix;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Keeps one other routing instance told of what this one leaks to it. A prefix that has changed waits once, however often it changes, and
 * what is said of it is worked out when its turn comes; at most two batches are under way. So whatever happens here, what waits is
 * bounded by the number of prefixes, and a slow importer slows nobody. Owned by the table's loop.
 */
final class LeakFeed {

    /** Routes and withdrawals in a batch. */
    static final int BATCH = 512;

    private static final int WINDOW = 2;

    private final LeakRules rules;
    private final Map<Family, LocRib> locRibs;
    private final Runnable wake;
    private final Map<Family, PrefixQueue> pending = new EnumMap<>(Family.class);
    /** By prefix number, each held once, so that a number cannot come to mean another prefix before the withdrawal is told. */
    private final Map<Family, BitSet> told = new EnumMap<>(Family.class);

    private LeakTarget target;
    private LeakSink sink;
    private int underWay;
    private boolean complete;

    /**
     * A feed that has everything to tell.
     *
     * @param wake has {@link #drain} called soon
     */
    LeakFeed(LeakTarget target, LeakSink sink, LeakRules rules, Map<Family, LocRib> locRibs, Runnable wake) {
        this.target = target;
        this.sink = sink;
        this.rules = rules;
        this.locRibs = locRibs;
        this.wake = wake;
        locRibs.keySet().forEach(family -> {
            pending.put(family, new PrefixQueue());
            told.put(family, new BitSet());
        });
        markAll();
    }

    LeakTarget target() {
        return target;
    }

    /** Goes over to another policy or AS: everything is judged again, and only what differs is noticed over there. */
    void retarget(LeakTarget changed, LeakSink through) {
        target = changed;
        sink = through;
        markAll();
    }

    private void markAll() {
        locRibs.forEach((family, locRib) -> {
            told(family).stream().forEach(pending(family)::add);
            locRib.rib().forEachBest(pending(family)::add);
        });
    }

    /** What is known of a prefix may be something else now. */
    void changed(Family family, int prefixId) {
        pending(family).add(prefixId);
    }

    /**
     * Tells what waits, as far as the other side keeps up. To be called only while no prefix waits to be decided.
     *
     * @param budget how many prefixes are looked at, at most
     * @param settled whether this instance has heard all there is after its own start
     * @return whether more could be done at once
     */
    boolean drain(int budget, boolean settled) {
        int left = budget;
        while (underWay < WINDOW && left > 0 && hasPending()) {
            List<LeakedRoute> leaked = new ArrayList<>();
            List<IpPrefix> withdrawn = new ArrayList<>();
            left = fill(left, leaked, withdrawn);
            if (!leaked.isEmpty() || !withdrawn.isEmpty()) {
                send(new LeakBatch(leaked, withdrawn, false));
            }
        }
        if (settled && !complete && underWay < WINDOW && !hasPending()) {
            complete = true;
            send(new LeakBatch(List.of(), List.of(), true));
        }
        return underWay < WINDOW && hasPending();
    }

    private int fill(int budget, List<LeakedRoute> leaked, List<IpPrefix> withdrawn) {
        int left = budget;
        for (Map.Entry<Family, PrefixQueue> entry : pending.entrySet()) {
            PrefixQueue queue = entry.getValue();
            while (left > 0 && !queue.isEmpty() && leaked.size() + withdrawn.size() < BATCH) {
                look(entry.getKey(), queue.poll(), leaked, withdrawn);
                left--;
            }
        }
        return left;
    }

    private void look(Family family, int prefixId, List<LeakedRoute> leaked, List<IpPrefix> withdrawn) {
        LocRib locRib = Objects.requireNonNull(locRibs.get(family));
        Rib rib = locRib.rib();
        BitSet known = told(family);
        LeakedRoute route = rules.judge(locRib, prefixId, target).route();
        if (route != null) {
            leaked.add(route);
            if (!known.get(prefixId)) {
                known.set(prefixId);
                rib.prefixes().retain(prefixId);
            }
        } else if (known.get(prefixId)) {
            withdrawn.add(rib.prefixes().prefix(prefixId));
            known.clear(prefixId);
            rib.prefixes().release(prefixId);
        }
    }

    private void send(LeakBatch batch) {
        underWay++;
        sink.take(batch, () -> {
            underWay--;
            wake.run();
        });
    }

    private boolean hasPending() {
        return pending.values().stream().anyMatch(queue -> !queue.isEmpty());
    }

    /** Lets go of what it holds; nothing may be done with it afterwards. The other side forgets by itself what it was told. */
    void end() {
        locRibs.forEach(
                (family, locRib) -> told(family).stream().forEach(locRib.rib().prefixes()::release));
        told.clear();
        pending.clear();
    }

    private PrefixQueue pending(Family family) {
        return Objects.requireNonNull(pending.get(family));
    }

    private BitSet told(Family family) {
        return Objects.requireNonNull(told.get(family));
    }
}

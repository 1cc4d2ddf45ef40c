package dev.espalier.routing;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps next hops resolved: those that protocols track and those that groups use. There are few of them compared with routes,
 * and a changed route matters only if it covers one.
 */
final class NextHopTracker {

    private final NextHopResolver resolver;
    private final Map<NextHopKey, Tracked> all = new LinkedHashMap<>();
    private final Set<Tracked> dirty = new LinkedHashSet<>();
    /** Groups to resolve again although the state of their next hops is what it was. */
    private final Set<NextHopGroup> regrouped = new LinkedHashSet<>();

    private boolean allDirty;
    private @Nullable AddressRanges ranges; // null when it must be built again

    /** A next hop in use. */
    private static final class Tracked {
        final NextHopKey key;
        final List<NextHopObserver> observers = new ArrayList<>(1);
        final Set<NextHopGroup> groups = new LinkedHashSet<>();
        NextHopResolver.Resolution resolution;
        boolean abandoned;

        Tracked(NextHopKey key, NextHopResolver.Resolution resolution) {
            this.key = key;
            this.resolution = resolution;
        }

        boolean isUnused() {
            return observers.isEmpty() && groups.isEmpty();
        }
    }

    /** What {@link #settle} found: groups to resolve again, and observers to tell. */
    record Settled(Set<NextHopGroup> groups, List<Runnable> tell) {}

    NextHopTracker(NextHopResolver resolver) {
        this.resolver = resolver;
    }

    NextHopState track(NextHopKey key, NextHopObserver observer) {
        Tracked tracked = tracked(key);
        tracked.observers.add(observer);
        return tracked.resolution.state();
    }

    /**
     * Has groups do without a next hop, or no longer. One that no group uses is not remembered.
     *
     * @return whether that is new to some group
     */
    boolean abandon(NextHopKey key, boolean abandoned) {
        Tracked tracked = all.get(key);
        if (tracked == null || tracked.abandoned == abandoned) {
            return false;
        }
        tracked.abandoned = abandoned;
        regrouped.addAll(tracked.groups);
        return !tracked.groups.isEmpty();
    }

    /** Whether groups do without a next hop. */
    boolean isAbandoned(NextHopKey key) {
        Tracked tracked = all.get(key);
        return tracked != null && tracked.abandoned;
    }

    /** Takes the groups concerned by {@link #abandon} since the last time. */
    Set<NextHopGroup> takeRegrouped() {
        Set<NextHopGroup> taken = new LinkedHashSet<>(regrouped);
        regrouped.clear();
        return taken;
    }

    void untrack(NextHopKey key, NextHopObserver observer) {
        Tracked tracked = all.get(key);
        if (tracked != null && tracked.observers.remove(observer)) {
            forgetIfUnused(tracked);
        }
    }

    /** Keeps a next hop resolved for a group. */
    NextHopState use(NextHopKey key, NextHopGroup group) {
        Tracked tracked = tracked(key);
        tracked.groups.add(group);
        return tracked.resolution.state();
    }

    void unuse(NextHopKey key, NextHopGroup group) {
        Tracked tracked = all.get(key);
        if (tracked != null) {
            tracked.groups.remove(group);
            regrouped.remove(group);
            forgetIfUnused(tracked);
        }
    }

    private Tracked tracked(NextHopKey key) {
        Tracked known = all.get(key);
        if (known != null) {
            return known;
        }
        Tracked fresh = new Tracked(key, resolver.resolve(key));
        all.put(key, fresh);
        ranges = null;
        return fresh;
    }

    private void forgetIfUnused(Tracked tracked) {
        if (tracked.isUnused()) {
            all.remove(tracked.key);
            dirty.remove(tracked);
            ranges = null;
        }
    }

    /** Notes that links or addresses changed: every next hop is to be resolved again. */
    void allChanged() {
        allDirty = true;
    }

    /**
     * Notes that the routes for a prefix changed. Cheap when it covers no next hop, which is nearly always.
     *
     * @return whether there is something to settle
     */
    boolean prefixChanged(AddressFamily family, long high, long low, int length) {
        if (ranges == null) {
            ranges = new AddressRanges(all.keySet());
        }
        if (!ranges.anyWithin(family, high, low, length)) {
            return false;
        }
        IpPrefix prefix = IpPrefix.of(family, high, low, length);
        for (Tracked tracked : all.values()) {
            if (prefix.contains(tracked.key.address())) {
                dirty.add(tracked);
            }
        }
        return true;
    }

    /** Resolves again what may have changed. */
    Settled settle() {
        Settled settled = new Settled(new LinkedHashSet<>(), new ArrayList<>());
        for (Tracked tracked : affected()) {
            NextHopState before = tracked.resolution.state();
            tracked.resolution = resolver.resolve(tracked.key);
            NextHopState now = tracked.resolution.state();
            settled.groups.addAll(before.equals(now) ? Set.of() : tracked.groups);
            if (!sameForObservers(before, now)) {
                tell(tracked, settled.tell::add);
            }
        }
        dirty.clear();
        allDirty = false;
        return settled;
    }

    /** The next hops marked, and those that were resolved by way of one of them. */
    private Collection<Tracked> affected() {
        if (allDirty) {
            return List.copyOf(all.values());
        }
        if (dirty.isEmpty()) {
            return List.of();
        }
        Set<NextHopKey> keys = new LinkedHashSet<>();
        dirty.forEach(tracked -> {
            keys.add(tracked.key);
            keys.add(tracked.key.twin());
        });
        List<Tracked> affected = new ArrayList<>(dirty);
        for (Tracked tracked : all.values()) {
            if (!dirty.contains(tracked)
                    && tracked.resolution.visited().stream().anyMatch(keys::contains)) {
                affected.add(tracked);
            }
        }
        return affected;
    }

    private static boolean sameForObservers(NextHopState a, NextHopState b) {
        return a.resolvable() == b.resolvable()
                && a.metric() == b.metric()
                && a.directlyConnected() == b.directlyConnected()
                && a.hops().equals(b.hops());
    }

    private static void tell(Tracked tracked, Consumer<Runnable> later) {
        for (NextHopObserver observer : tracked.observers) {
            later.accept(() -> {
                // it may have gone meanwhile, and must not hear of what it no longer tracks
                if (tracked.observers.contains(observer)) {
                    observer.nextHopChanged(tracked.key.address(), tracked.key.link(), tracked.resolution.state());
                }
            });
        }
    }

    /** What is known of a next hop, kept or found now. */
    NextHopState state(NextHopKey key) {
        Tracked tracked = all.get(key);
        return tracked == null ? resolver.resolve(key).state() : tracked.resolution.state();
    }

    List<TrackedNextHop> list() {
        List<TrackedNextHop> list = new ArrayList<>(all.size());
        for (Tracked tracked : all.values()) {
            if (tracked.key.outer()) {
                continue; // a tunnel's end is a next hop as well
            }
            IpAddress address = tracked.key.address();
            list.add(new TrackedNextHop(
                    address,
                    tracked.key.link(),
                    tracked.groups.size(),
                    tracked.observers.size(),
                    tracked.resolution.state()));
        }
        return list;
    }
}

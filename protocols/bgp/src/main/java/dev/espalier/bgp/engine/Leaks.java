package dev.espalier.bgp.engine;

import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.table.Rib;
import dev.espalier.bgp.wire.Family;
import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.PrefixTable;
import dev.espalier.routing.RoutingTable;
import dev.espalier.routing.WaysObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What crosses between this routing instance and the others of this host: best routes that others import from here
 * ({@link LeakFeed}), and those imported here from others ({@link LeakedPaths}). Each instance stays the owner of its tables; between
 * them travel {@link LeakBatch}es, which whoever runs the instances carries from loop to loop.
 *
 * <p>Only a best route that an instance has of its own is leaked, never one that was leaked into it. So no route comes back to where it
 * began, and a chain of instances cannot keep alive what its first one has lost.
 *
 * <p>All methods are for the loop of this instance.
 */
public final class Leaks {

    private final RoutingTable routing;
    private final Map<Family, LocRib> locRibs;
    private final LeakRules rules;
    private final LeakedPaths paths;
    private final Runnable wake;
    private final List<LeakFeed> feeds = new ArrayList<>();

    Leaks(RoutingTable routing, Map<Family, LocRib> locRibs, LeakRules rules, LeakedPaths paths, Runnable wake) {
        this.routing = routing;
        this.locRibs = locRibs;
        this.rules = rules;
        this.paths = paths;
        this.wake = wake;
    }

    // ---- to others

    /**
     * Keeps another instance told of this one's best routes from now on. For one that is told already this changes the policy, and
     * everything is judged again; what the other instance has stays there meanwhile.
     *
     * @param sink carries the routes there
     */
    public void leakTo(LeakTarget target, LeakSink sink) {
        LeakFeed known = feed(target.instance());
        if (known == null) {
            feeds.add(new LeakFeed(target, sink, rules, locRibs, wake));
            routing.observeWays(this::waysChanged);
        } else {
            known.retarget(target, sink);
        }
        wake.run();
    }

    /** Tells another instance nothing more. It keeps what it has been told until it hears {@link #ended} itself. */
    public void leakNoMoreTo(String instance) {
        LeakFeed known = feed(instance);
        if (known != null) {
            known.end();
            feeds.remove(known);
        }
        if (feeds.isEmpty()) {
            routing.observeWays(WaysObserver.NONE);
        }
    }

    /**
     * What another instance gets of a prefix, and why or why not, a sentence; null when it imports nothing from here, and where
     * this instance knows nothing of the prefix.
     */
    public @Nullable String explain(String instance, IpPrefix prefix) {
        LeakFeed known = feed(instance);
        if (known == null) {
            return null;
        }
        LocRib locRib = locRib(prefix.family());
        int id = locRib.rib().prefixes().find(prefix);
        return id == PrefixTable.NONE || locRib.rib().first(id) == Rib.NONE
                ? null
                : rules.judge(locRib, id, known.target()).words();
    }

    /** A prefix has been decided. Where nobody imports anything this costs nothing. */
    void decided(Family family, int prefixId) {
        for (int i = 0; i < feeds.size(); i++) {
            feeds.get(i).changed(family, prefixId);
        }
    }

    /** What the host has for a prefix that is redistributed may be another route now. */
    void hostRouteChanged(IpPrefix prefix) {
        int id = feeds.isEmpty()
                ? PrefixTable.NONE
                : locRib(prefix.family()).rib().prefixes().find(prefix);
        if (id != PrefixTable.NONE) {
            decided(Family.unicast(prefix.family()), id);
        }
    }

    private void waysChanged(AddressFamily family, int prefixId) {
        decided(Family.unicast(family), prefixId);
        wake.run();
    }

    /**
     * Tells the others what has changed. To be called only while no prefix waits to be decided.
     *
     * @param budget how many prefixes are looked at for each of them, at most
     * @param settled whether this instance has heard all there is after its own start
     * @return whether more could be done at once
     */
    boolean drain(int budget, boolean settled) {
        boolean more = false;
        for (LeakFeed feed : feeds) {
            more |= feed.drain(budget, settled);
        }
        return more;
    }

    private @Nullable LeakFeed feed(String instance) {
        for (LeakFeed feed : feeds) {
            if (feed.target().instance().equals(instance)) {
                return feed;
            }
        }
        return null;
    }

    // ---- from others

    /** Takes over what another instance says. Nothing happens when the configuration does not import from it. */
    public void take(String instance, LeakBatch batch) {
        paths.take(instance, batch);
        wake.run();
    }

    /** Another instance has ended, or leaks nothing here any more: what it leaked goes. */
    public void ended(String instance) {
        paths.ended(instance);
        wake.run();
    }

    /** Takes over which instances are imported from. */
    void configure(SpeakerConfig config) {
        paths.configure(config);
    }

    /** Removes all that was leaked here, for good. */
    void clear() {
        paths.clear();
    }

    /** Whether all who leak routes here have told what they have. */
    boolean complete() {
        return paths.complete();
    }

    /** The number of the ways of a path that was leaked here; for {@link LocRib}. */
    int ways(Family family, int sourceIndex, int prefixId) {
        return paths.ways(family, sourceIndex, prefixId);
    }

    private LocRib locRib(AddressFamily family) {
        return Objects.requireNonNull(locRibs.get(Family.unicast(family)));
    }
}

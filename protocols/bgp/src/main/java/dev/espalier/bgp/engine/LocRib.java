package dev.espalier.bgp.engine;

import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.table.AttributeTable;
import dev.espalier.bgp.table.Decision;
import dev.espalier.bgp.table.PathSource;
import dev.espalier.bgp.table.PrefixQueue;
import dev.espalier.bgp.table.Rib;
import dev.espalier.bgp.wire.Family;
import dev.espalier.net.AddressFamily;
import dev.espalier.route.NextHop;
import dev.espalier.route.RouteSource;
import dev.espalier.routing.RoutingTable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The paths of one family and the choice among them: marks prefixes whose paths changed, decides, and hands the outcome to the
 * routing table and to whoever announces it. One owner, the table's loop.
 */
final class LocRib {

    private final Rib rib;
    private final AttributeTable attributes;
    private final NextHops nextHops;
    private final RoutingTable routing;
    private final IntFunction<PathSource> sources;
    private final IntFunction<SpeakerConfig.@Nullable Origination> originations;
    private final Observer observer;
    private final Decision decision;
    private final PrefixQueue dirty = new PrefixQueue();
    private final AddressFamily addresses;
    private boolean deferred;
    private boolean multipathRelax;
    private boolean alwaysCompareMed;
    private boolean weighLinkBandwidth;
    private int[] equals = new int[1];

    /** Hears of decisions. */
    @FunctionalInterface
    interface Observer {
        /**
         * A prefix that has, or had, a path was decided.
         *
         * @param bestChanged whether its best path is another one now, or the same with other attributes
         */
        void decided(int prefixId, boolean bestChanged);
    }

    /**
     * An empty table.
     *
     * @param originations gives our own announcement of a prefix number, or null
     * @param observer told of each prefix decided
     */
    LocRib(
            Rib rib,
            AttributeTable attributes,
            NextHops nextHops,
            RoutingTable routing,
            IntFunction<PathSource> sources,
            IntFunction<SpeakerConfig.@Nullable Origination> originations,
            Observer observer) {
        this.rib = rib;
        this.attributes = attributes;
        this.nextHops = nextHops;
        this.routing = routing;
        this.sources = sources;
        this.originations = originations;
        this.observer = observer;
        this.addresses = rib.family().addresses();
        this.decision = new Decision(this::metric, sources);
    }

    Rib rib() {
        return rib;
    }

    Family family() {
        return rib.family();
    }

    /** Takes over what concerns the decision; if that changes anything, every prefix is decided again. */
    void configure(SpeakerConfig config) {
        boolean same = multipathRelax == config.multipathRelax()
                && alwaysCompareMed == config.alwaysCompareMed()
                && weighLinkBandwidth == config.weighLinkBandwidth()
                && equals.length == config.maximumPaths();
        if (same) {
            return;
        }
        multipathRelax = config.multipathRelax();
        alwaysCompareMed = config.alwaysCompareMed();
        weighLinkBandwidth = config.weighLinkBandwidth();
        decision.alwaysCompareMed(alwaysCompareMed);
        equals = new int[config.maximumPaths()];
        rib.forEach(path -> dirty.add(rib.prefix(path)));
    }

    /** Says that the paths of a prefix changed. */
    void changed(int prefixId) {
        dirty.add(prefixId);
    }

    /** Says that a next hop changed: every prefix with a path through it is to be decided again. */
    void nextHopChanged(int nextHop) {
        rib.forEach(path -> {
            if (rib.accepted(path) != Rib.REJECTED && rib.source(path) != PathSource.SELF && nextHop(path) == nextHop) {
                dirty.add(rib.prefix(path));
            }
        });
    }

    /** Holds back every decision (RFC 4724 section 4.1), or lets them go on. */
    void defer(boolean hold) {
        deferred = hold;
    }

    /** Whether prefixes wait to be decided. */
    boolean hasUndecided() {
        return !dirty.isEmpty();
    }

    boolean deferred() {
        return deferred;
    }

    /**
     * Decides up to {@code budget} prefixes.
     *
     * @return whether more wait
     */
    boolean decide(int budget) {
        if (deferred) {
            return false;
        }
        for (int i = 0; i < budget && !dirty.isEmpty(); i++) {
            decideOne(dirty.poll());
        }
        return !dirty.isEmpty();
    }

    private void decideOne(int prefixId) {
        boolean had = rib.hasBest(prefixId);
        int before = rib.best(prefixId);
        load(prefixId);
        decision.run();
        int best = decision.best();
        if (best == Rib.NONE && !had) {
            return;
        }
        if (best == Rib.NONE) {
            uninstall(prefixId, null);
        } else {
            install(prefixId);
        }
        boolean bestRowChanged = had && before == Rib.NONE;
        // Told first: choosing "none" may be the last hold on the prefix, and groups hold what they announced.
        observer.decided(prefixId, best != before || bestRowChanged);
        rib.best(prefixId, best);
    }

    /** Fills the decision with the paths that take part. */
    private void load(int prefixId) {
        decision.clear();
        for (int path = rib.first(prefixId); path != Rib.NONE; path = rib.next(path)) {
            if (rib.accepted(path) != Rib.REJECTED) {
                decision.add(path, rib.source(path), rib.pathId(path), attributes.get(rib.accepted(path)));
            }
        }
    }

    /** Decides a prefix for somebody who asks; changes nothing. */
    Decision explain(int prefixId) {
        load(prefixId);
        decision.run();
        return decision;
    }

    /**
     * Shows the paths of a prefix in the order of their worth, as far as they can be used: the best, then the one that would be if
     * the best were not there, and so on.
     *
     * @param wantsMore takes a path and says whether to go on
     */
    void rank(int prefixId, IntPredicate wantsMore) {
        explain(prefixId);
        while (decision.best() != Rib.NONE && wantsMore.test(decision.best())) {
            decision.next();
        }
    }

    private void install(int prefixId) {
        RouteSource source = decision.bestSource().kind();
        if (source == RouteSource.LOCAL) {
            SpeakerConfig.Origination origination = originations.apply(prefixId);
            if (origination == null || !origination.discard()) {
                uninstall(prefixId, null);
                return;
            }
            put(prefixId, source, List.of(new NextHop.Discard()));
            return;
        }
        int count = decision.multipath(equals, multipathRelax);
        if (count == 1) {
            put(prefixId, source, nextHops.group(nextHop(equals[0]), addresses));
            return;
        }
        SharedHops hops = new SharedHops(count);
        for (int i = 0; i < count; i++) {
            hops.add(nextHop(equals[i]), bandwidth(equals[i]));
        }
        put(prefixId, source, hops.toNextHops(nextHops));
    }

    private float bandwidth(int path) {
        return weighLinkBandwidth ? LinkBandwidth.of(attributes.get(rib.accepted(path))) : LinkBandwidth.NONE;
    }

    private void put(int prefixId, RouteSource source, List<NextHop> hops) {
        int group = routing.group(addresses, hops);
        put(prefixId, source, group);
        routing.releaseGroup(group);
    }

    private void put(int prefixId, RouteSource source, int group) {
        uninstall(prefixId, source);
        routing.put(addresses, prefixId, source, group, source.preference(), 0);
    }

    /** Removes a prefix's routes of all sources but one: a best path from elsewhere takes the place of the one before. */
    private void uninstall(int prefixId, @Nullable RouteSource except) {
        for (RouteSource source : BGP_SOURCES) {
            if (source != except) {
                routing.remove(addresses, prefixId, source);
            }
        }
    }

    private static final List<RouteSource> BGP_SOURCES = List.of(RouteSource.LOCAL, RouteSource.EBGP, RouteSource.IBGP);

    /** The paths that share traffic with the best one of a prefix just explained, the best first. */
    List<Integer> multipath() {
        int count = decision.multipath(equals, multipathRelax);
        List<Integer> paths = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            paths.add(equals[i]);
        }
        return paths;
    }

    private long metric(int path) {
        return rib.source(path) == PathSource.SELF ? 0 : nextHops.metric(nextHop(path));
    }

    private int nextHop(int path) {
        int set = rib.accepted(path);
        return nextHops.of(
                set, attributes.get(set), sources.apply(rib.source(path)).link());
    }
}

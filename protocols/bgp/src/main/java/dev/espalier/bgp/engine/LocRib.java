package dev.espalier.bgp.engine;

import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.TunnelRule;
import dev.espalier.bgp.table.AttributeTable;
import dev.espalier.bgp.table.Decision;
import dev.espalier.bgp.table.PathSource;
import dev.espalier.bgp.table.PrefixQueue;
import dev.espalier.bgp.table.Rib;
import dev.espalier.bgp.wire.Family;
import dev.espalier.net.AddressFamily;
import dev.espalier.route.NextHop;
import dev.espalier.route.PathAttributes;
import dev.espalier.route.RouteSource;
import dev.espalier.routing.RoutingTable;
import java.util.ArrayList;
import java.util.BitSet;
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
    private final LeakedWays leakedWays;
    private final Observer observer;
    private final Decision decision;
    private final PrefixQueue dirty = new PrefixQueue();
    private final AddressFamily addresses;
    private boolean deferred;
    private boolean multipathRelax;
    private boolean alwaysCompareMed;
    private boolean weighLinkBandwidth;
    private boolean installBackupPath;
    private TunnelRules tunnels = TunnelRules.NONE;
    private int[] equals = new int[1];

    /** Knows where packets go by paths that are leaked from another routing instance. */
    @FunctionalInterface
    interface LeakedWays {
        /** The number, among the {@link NextHops}, of the ways of such a path, which has no next hop. */
        int of(int source, int prefixId);
    }

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
     * @param leakedWays gives the ways of paths that are leaked from another routing instance
     * @param observer told of each prefix decided
     */
    LocRib(
            Rib rib,
            AttributeTable attributes,
            NextHops nextHops,
            RoutingTable routing,
            IntFunction<PathSource> sources,
            IntFunction<SpeakerConfig.@Nullable Origination> originations,
            LeakedWays leakedWays,
            Observer observer) {
        this.rib = rib;
        this.attributes = attributes;
        this.nextHops = nextHops;
        this.routing = routing;
        this.sources = sources;
        this.originations = originations;
        this.leakedWays = leakedWays;
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
                && installBackupPath == config.installBackupPath()
                && tunnels.are(config.tunnels())
                && equals.length == config.maximumPaths();
        if (same) {
            return;
        }
        multipathRelax = config.multipathRelax();
        alwaysCompareMed = config.alwaysCompareMed();
        weighLinkBandwidth = config.weighLinkBandwidth();
        installBackupPath = config.installBackupPath();
        tunnels = new TunnelRules(config.tunnels());
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
            put(prefixId, source, List.of(new NextHop.Discard()), List.of());
            return;
        }
        if (!forwards()) {
            List<NextHop> leaked = nextHops.alone(nextHop(decision.best()));
            if (leaked.isEmpty()) {
                uninstall(prefixId, null);
            } else {
                put(prefixId, source, leaked, List.of());
            }
            return;
        }
        int count = decision.multipath(equals, multipathRelax);
        boolean alternatives = installBackupPath && decision.size() > count;
        @Nullable TunnelRule tunnel = tunnels.of(rib.prefixes(), prefixId);
        if (count == 1 && !alternatives && tunnel == null) {
            put(prefixId, source, nextHops.group(nextHop(equals[0]), addresses));
            return;
        }
        SharedHops hops = shared(count);
        List<NextHop> backup = alternatives ? backup(hops) : List.of();
        if (tunnel != null) {
            List<NextHop> through = TunnelRules.through(tunnel, hops.toNextHops(nextHops));
            put(prefixId, source, through, TunnelRules.through(tunnel, backup));
        } else if (backup.isEmpty() && hops.only() != SharedHops.SEVERAL) {
            put(prefixId, source, nextHops.group(hops.only(), addresses));
        } else {
            put(prefixId, source, hops.toNextHops(nextHops), backup);
        }
    }

    private SharedHops shared(int count) {
        SharedHops hops = new SharedHops(count);
        for (int i = 0; i < count; i++) {
            hops.add(nextHop(equals[i]), bandwidth(equals[i]));
        }
        return hops;
    }

    /** The next hops of the backup for those in use; none where there is no path with another. The decision is over afterwards. */
    private List<NextHop> backup(SharedHops inUse) {
        int count = decideWithout(inUse);
        return count == 0 ? List.of() : shared(count).toNextHops(nextHops);
    }

    /**
     * Decides as if the next hops in use were not there: what comes out is the backup. It is what the decision itself will give when
     * they fail together, so that the routes may then be put anew at leisure and without another change of their ways. An announcement of
     * our own, which forwards nothing, is no backup, and neither is what comes after it.
     *
     * @return how many paths are in {@link #equals}
     */
    private int decideWithout(SharedHops inUse) {
        decision.without(path -> rib.source(path) != PathSource.SELF && inUse.contains(nextHop(path)));
        return forwards() ? decision.multipath(equals, multipathRelax) : 0;
    }

    /** Whether there is a best path, and packets leave by it: neither by our own, nor by another instance's of that sort. */
    private boolean forwards() {
        if (decision.best() == Rib.NONE) {
            return false;
        }
        return switch (decision.bestSource().kind()) {
            case LOCAL -> false;
            case LEAKED -> nextHops.forwards(nextHop(decision.best()));
            case EBGP, IBGP, KERNEL, FLANNEL -> true;
        };
    }

    /**
     * The paths that stand in for the best one of a prefix, and for those that share traffic with it, when none of their next hops is
     * left; decided for somebody who asks. Ends what {@link #explain} began.
     */
    List<Integer> backup(int prefixId) {
        explain(prefixId);
        boolean none = !installBackupPath || !forwards();
        return none ? List.of() : paths(decideWithout(shared(decision.multipath(equals, multipathRelax))));
    }

    private List<Integer> paths(int count) {
        List<Integer> paths = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            paths.add(equals[i]);
        }
        return paths;
    }

    /**
     * Says which next hops paths have.
     *
     * @param going whether a path is about to be removed
     * @param ofGoing receives the numbers of the next hops of those
     * @param ofOthers receives the numbers of the next hops of all others
     */
    void nextHops(IntPredicate going, BitSet ofGoing, BitSet ofOthers) {
        rib.forEach(path -> {
            boolean ours = rib.source(path) == PathSource.SELF;
            int number = ours || rib.accepted(path) == Rib.REJECTED
                    ? Rib.NONE
                    : nextHops.known(
                            rib.accepted(path), sources.apply(rib.source(path)).link());
            if (number >= 0) {
                (going.test(path) ? ofGoing : ofOthers).set(number);
            }
        });
    }

    /**
     * The sum of the link bandwidths of the paths that share the traffic for a prefix, decided for somebody who asks; {@link
     * LinkBandwidth#NONE} unless every one of them has one.
     */
    float cumulativeBandwidth(int prefixId) {
        explain(prefixId);
        int count = decision.best() == Rib.NONE ? 0 : decision.multipath(equals, multipathRelax);
        float[] bandwidths = new float[count];
        for (int i = 0; i < count; i++) {
            bandwidths[i] = LinkBandwidth.of(attributes.get(rib.accepted(equals[i])));
        }
        return LinkBandwidth.sum(bandwidths);
    }

    private float bandwidth(int path) {
        return weighLinkBandwidth ? LinkBandwidth.of(attributes.get(rib.accepted(path))) : LinkBandwidth.NONE;
    }

    private void put(int prefixId, RouteSource source, List<NextHop> hops, List<NextHop> backup) {
        int group = routing.group(addresses, hops, backup);
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

    private static final List<RouteSource> BGP_SOURCES =
            List.of(RouteSource.LOCAL, RouteSource.EBGP, RouteSource.IBGP, RouteSource.LEAKED);

    /** The paths that share traffic with the best one of a prefix just explained, the best first. */
    List<Integer> multipath() {
        return paths(decision.multipath(equals, multipathRelax));
    }

    private long metric(int path) {
        return rib.source(path) == PathSource.SELF ? 0 : nextHops.metric(nextHop(path));
    }

    private int nextHop(int path) {
        int set = rib.accepted(path);
        PathAttributes accepted = attributes.get(set);
        return accepted.nextHop() == null
                ? leakedWays.of(rib.source(path), rib.prefix(path))
                : nextHops.of(set, accepted, sources.apply(rib.source(path)).link());
    }
}

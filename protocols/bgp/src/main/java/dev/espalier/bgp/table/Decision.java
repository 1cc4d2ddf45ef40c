package dev.espalier.bgp.table;

import dev.espalier.net.Community;
import dev.espalier.route.PathAttributes;
import java.util.Arrays;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The decision process: which of the paths for one prefix is best, which others are as good for forwarding, and which step put
 * each of the rest aside.
 *
 * <p>It works as RFC 4271 section 9.1.2.2 words it, on the whole set: each step removes every path that is worse than the best
 * one left. So the outcome depends on the set of paths only, never on the order in which they came, MEDs included: what other
 * routers call "deterministic MED" is simply how it is done here. For the same reason the oldest path gets no advantage
 * (RFC 5004 would allow it): after a restart the same network chooses the same paths.
 *
 * <p>One instance is used for prefix after prefix: {@link #clear}, {@link #add} each path, {@link #run}, read the outcome.
 * Nothing is allocated once the arrays are large enough. One owner.
 */
public final class Decision {

    /** LOCAL_PREF of a path that has none. */
    public static final int DEFAULT_LOCAL_PREF = 100;

    /** What the next hop of a path is worth, asked once for each path added. */
    public interface NextHops {
        /** The metric of the route to the next hop of a path, 0 or more; -1 when it cannot be reached. */
        long metric(int path);
    }

    private static final DecisionStep[] STEPS = DecisionStep.values();

    private final NextHops nextHops;
    private final IntFunction<PathSource> sources;
    private boolean alwaysCompareMed;

    private int[] paths = new int[8];
    private int[] pathIds = new int[8];
    private PathAttributes[] attributes = new PathAttributes[8];
    private PathSource[] from = new PathSource[8];
    private @Nullable DecisionStep[] putAsideBy = new DecisionStep[8];
    private int size;
    private int best;
    private int multipath;
    /** The order in which survivors stand: those still in come first. */
    private int[] alive = new int[8];

    /**
     * @param nextHops answers for next hops
     * @param sources gives the source of an index
     */
    public Decision(NextHops nextHops, IntFunction<PathSource> sources) {
        this.nextHops = nextHops;
        this.sources = sources;
    }

    /** Whether MEDs of different neighbouring ASes are compared too. */
    public void alwaysCompareMed(boolean always) {
        alwaysCompareMed = always;
    }

    /** Forgets the paths of the prefix before. */
    public void clear() {
        size = 0;
    }

    /** Adds a path: its number, its source's index, its path identifier and its attributes. */
    public void add(int path, int source, int pathId, PathAttributes pathAttributes) {
        if (size == paths.length) {
            grow();
        }
        paths[size] = path;
        pathIds[size] = pathId;
        attributes[size] = pathAttributes;
        from[size] = sources.apply(source);
        size++;
    }

    private void grow() {
        int capacity = 2 * size;
        paths = Arrays.copyOf(paths, capacity);
        pathIds = Arrays.copyOf(pathIds, capacity);
        attributes = Arrays.copyOf(attributes, capacity);
        from = Arrays.copyOf(from, capacity);
        putAsideBy = Arrays.copyOf(putAsideBy, capacity);
        alive = new int[capacity];
    }

    /** Decides among the paths added. */
    public void run() {
        int left = size;
        for (int i = 0; i < size; i++) {
            alive[i] = i;
            putAsideBy[i] = null;
        }
        multipath = 0;
        for (DecisionStep step : STEPS) {
            // A single path still has to have a next hop that can be reached.
            if (left > 1 || left == 1 && step == DecisionStep.RESOLVABLE) {
                left = step == DecisionStep.MED && !alwaysCompareMed ? eliminateByMed(left) : eliminate(step, left);
            }
            if (step == DecisionStep.NEXT_HOP_METRIC) {
                multipath = left;
            }
        }
        best = left == 0 ? -1 : alive[0];
    }

    /** Keeps those with the smallest key, in front; the rest are put aside by this step. */
    private int eliminate(DecisionStep step, int left) {
        long smallest = Long.MAX_VALUE;
        for (int i = 0; i < left; i++) {
            smallest = Math.min(smallest, key(step, alive[i]));
        }
        if (step == DecisionStep.RESOLVABLE) {
            smallest = 0;
        }
        int kept = 0;
        for (int i = 0; i < left; i++) {
            int candidate = alive[i];
            if (key(step, candidate) == smallest) {
                alive[i] = alive[kept];
                alive[kept++] = candidate;
            } else {
                putAsideBy[candidate] = step;
            }
        }
        return kept;
    }

    /** Puts aside each path for which another one from the same neighbouring AS has a smaller MED. */
    private int eliminateByMed(int left) {
        int kept = 0;
        for (int i = 0; i < left; i++) {
            int candidate = alive[i];
            if (isBeatenByMed(candidate, left)) {
                putAsideBy[candidate] = DecisionStep.MED;
            } else {
                alive[i] = alive[kept];
                alive[kept++] = candidate;
            }
        }
        return kept;
    }

    private boolean isBeatenByMed(int candidate, int left) {
        PathAttributes own = attributes[candidate];
        for (int i = 0; i < left; i++) {
            PathAttributes other = attributes[alive[i]];
            if (other.neighborAs() == own.neighborAs() && Integer.compareUnsigned(other.med(), own.med()) < 0) {
                return true;
            }
        }
        return false;
    }

    /** What a step compares, as a number of which the smaller is better. */
    private long key(DecisionStep step, int i) {
        PathAttributes a = attributes[i];
        return switch (step) {
            case RESOLVABLE -> nextHops.metric(paths[i]) < 0 ? 1 : 0;
            case LLGR_STALE -> a.hasCommunity(Community.LLGR_STALE) ? 1 : 0;
            case LOCAL_PREF -> -(a.hasLocalPref() ? Integer.toUnsignedLong(a.localPref()) : DEFAULT_LOCAL_PREF);
            case LOCAL_ORIGIN -> from[i].index() == PathSource.SELF ? 0 : 1;
            case AS_PATH_LENGTH -> a.asPathLength();
            case ORIGIN -> a.origin().code();
            case MED -> Integer.toUnsignedLong(a.med());
            case ROUTING_INSTANCE -> from[i].importRank();
            case EXTERNAL -> from[i].external() ? 0 : 1;
            case NEXT_HOP_METRIC -> nextHops.metric(paths[i]);
            case ROUTER_ID ->
                Integer.toUnsignedLong(
                        a.hasOriginatorId()
                                ? a.originatorId()
                                : from[i].routerId().value());
            case CLUSTER_LIST_LENGTH -> a.clusterListLength();
            case PEER_ADDRESS -> addressRank(i);
            case PATH_ID -> Integer.toUnsignedLong(pathIds[i]);
        };
    }

    /**
     * How many of the paths added have a lower peer address: addresses have 128 bits and do not fit a key. Switches like to have
     * one link-local address on all their links, so the link is part of it.
     */
    private long addressRank(int i) {
        long rank = 0;
        for (int j = 0; j < size; j++) {
            int byAddress = from[j].address().compareTo(from[i].address());
            if (byAddress < 0 || byAddress == 0 && from[j].link() < from[i].link()) {
                rank++;
            }
        }
        return rank;
    }

    /**
     * Takes the best path out and decides among the rest; again and again, this ranks the paths. The outcome follows from the set
     * of paths alone, as the first one does. To be called only while there is a best path; afterwards the one taken out counts as
     * never added.
     */
    public void next() {
        int last = --size;
        paths[best] = paths[last];
        pathIds[best] = pathIds[last];
        attributes[best] = attributes[last];
        from[best] = from[last];
        run();
    }

    /**
     * Takes paths out and decides among the rest. The outcome follows from the set of those left alone; the others count as never
     * added afterwards.
     */
    public void without(IntPredicate out) {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (!out.test(paths[i])) {
                paths[kept] = paths[i];
                pathIds[kept] = pathIds[i];
                attributes[kept] = attributes[i];
                from[kept++] = from[i];
            }
        }
        size = kept;
        run();
    }

    /** How many paths take part, those included whose next hop cannot be reached. */
    public int size() {
        return size;
    }

    /** The number of the best path; -1 when there is none. */
    public int best() {
        return best < 0 ? -1 : paths[best];
    }

    /** The source of the best path, which must exist. */
    public PathSource bestSource() {
        return from[best];
    }

    /** The attributes of the best path, which must exist. */
    public PathAttributes bestAttributes() {
        return attributes[best];
    }

    /**
     * Fills in the paths that may share traffic: the best one first, then those equal to it up to the metric of the next hop,
     * in the order of their numbers.
     *
     * @param into receives the numbers of the paths; its length is the largest number of paths wanted
     * @param relax whether paths through different neighbouring ASes may share
     * @return how many were filled in
     */
    public int multipath(int[] into, boolean relax) {
        if (best < 0) {
            return 0;
        }
        int count = 0;
        into[count++] = paths[best];
        for (int i = 0; i < size && count < into.length; i++) {
            boolean same = relax || attributes[i].neighborAs() == attributes[best].neighborAs();
            if (i != best && isEqualForForwarding(i) && same) {
                into[count++] = paths[i];
            }
        }
        Arrays.sort(into, 1, count);
        return count;
    }

    private boolean isEqualForForwarding(int i) {
        DecisionStep step = putAsideBy[i];
        return multipath > 1 && (step == null || step.compareTo(DecisionStep.NEXT_HOP_METRIC) > 0);
    }

    /** The step that put a path aside; null for the best one, or for a path that was not added. */
    public @Nullable DecisionStep putAsideBy(int path) {
        for (int i = 0; i < size; i++) {
            if (paths[i] == path) {
                return putAsideBy[i];
            }
        }
        return null;
    }
}

package dev.espalier.bgp.engine;

import dev.espalier.bgp.wire.Family;
import dev.espalier.route.Loop;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a neighbour although it may not hold any more, and what will end that: routes of a session that was lost
 * (RFC 4724, RFC 9494), and routes that a refresh under way has not come to (RFC 7313). Changed by {@link StaleRoutes} only.
 */
final class Retained {

    /** The families of which stale routes are kept. */
    final Set<Family> stale = EnumSet.noneOf(Family.class);

    /** For how many seconds after the restart time, where that is agreed on. */
    final Map<Family, Integer> longLivedTimes = new EnumMap<>(Family.class);

    /** The families whose stale routes have outlived the restart time, and when that ends. */
    final Map<Family, Loop.Timer> longLived = new EnumMap<>(Family.class);

    /** The families that the neighbour is telling again, and when our patience ends. */
    final Map<Family, Loop.Timer> refreshes = new EnumMap<>(Family.class);

    private Loop.@Nullable Timer staleTimer;

    /** Sets what ends the restart time, or the wait for End-of-RIB, in place of what did before; null for nothing. */
    void staleTimer(Loop.@Nullable Timer timer) {
        if (staleTimer != null) {
            staleTimer.cancel();
        }
        staleTimer = timer;
    }

    static void cancel(Map<Family, Loop.Timer> timers, Family family) {
        Loop.Timer timer = timers.remove(family);
        if (timer != null) {
            timer.cancel();
        }
    }

    /** The session is gone, and every refresh with it. */
    void endRefreshes() {
        Set.copyOf(refreshes.keySet()).forEach(family -> cancel(refreshes, family));
    }

    /** Nothing is kept any more. */
    void clear() {
        stale.clear();
        longLivedTimes.clear();
        staleTimer(null);
        endRefreshes();
        Set.copyOf(longLived.keySet()).forEach(family -> cancel(longLived, family));
    }
}

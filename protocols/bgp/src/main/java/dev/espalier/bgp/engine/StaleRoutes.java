package dev.espalier.bgp.engine;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.session.Channel;
import dev.espalier.bgp.session.Negotiated;
import dev.espalier.bgp.table.Rib;
import dev.espalier.bgp.wire.Family;
import dev.espalier.route.Loop;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Routes that may not hold any more, and their end. A neighbour's routes become <em>stale</em> when its session is lost in a way
 * that a restart may follow (RFC 4724, RFC 8538), <em>long-lived stale</em> when it has not come back within its restart time
 * (RFC 9494), and <em>unrefreshed</em> when it begins to tell everything again (RFC 7313). What it announces again is fresh; what
 * is left at its End-of-RIB or EoRR, or when a time is over, goes.
 *
 * <p>The times: the neighbour's restart time, then its long-lived stale time for each family. Once it is back it has the stale
 * path time for End-of-RIB, and as long for every refresh. A second loss of the session ends what was stale before; what was
 * long-lived stale stays, and its time runs on: it does not begin anew.
 *
 * <p>Owned by the table's loop.
 */
final class StaleRoutes {

    /** Who hears of what happens here. */
    interface Listener {
        /** Nothing is kept any more of a neighbour that has no session. */
        void nothingLeft(Neighbor neighbor);

        /** Prefixes are to be decided again. */
        void changed();

        /**
         * Something that people should know.
         *
         * @param kind of the event, such as {@code bgp.restart.expired}
         */
        void report(String kind, Neighbor neighbor, String message);
    }

    private final Loop loop;
    private final Map<Family, LocRib> locRibs;
    private final Intake intake;
    private final Listener listener;

    StaleRoutes(Loop loop, Map<Family, LocRib> locRibs, Intake intake, Listener listener) {
        this.loop = loop;
        this.locRibs = locRibs;
        this.intake = intake;
        this.listener = listener;
    }

    // ---- the session

    /**
     * A session has ended: what may be kept becomes stale, the rest goes.
     *
     * @param kept the families whose routes may be kept, see {@link PeerRestart#keptAfter}
     */
    void lost(Neighbor neighbor, Negotiated ended, Set<Family> kept) {
        Retained retained = neighbor.retained();
        PeerConfig.Session ours = neighbor.config().session();
        retained.endRefreshes();
        locRibs.forEach((family, locRib) -> {
            Rib rib = locRib.rib();
            intake.removeIf(neighbor, locRib, path -> goes(locRib, path, kept));
            rib.forEachOf(neighbor.index(), rib::markStale);
            if (!kept.contains(family)) {
                Retained.cancel(retained.longLived, family);
            }
        });
        retained.stale.clear();
        retained.stale.addAll(kept);
        retained.longLivedTimes.clear();
        retained.longLivedTimes.putAll(PeerRestart.longLivedTimes(ended, ours));
        if (kept.isEmpty()) {
            listener.nothingLeft(neighbor);
            return;
        }
        // RFC 9494 section 4.2: for a family that only the long-lived capability names there is no restart time.
        kept.stream()
                .filter(family -> !ended.restartFamilies().contains(family))
                .forEach(family -> prolong(neighbor, family));
        int seconds = Objects.requireNonNull(ended.restart()).restartTime();
        arm(neighbor, seconds, () -> restartTimeOver(neighbor));
    }

    /**
     * Whether a path of a neighbour goes when its session ends.
     *
     * @param kept as for {@link #lost}
     */
    static boolean goes(LocRib locRib, int path, Set<Family> kept) {
        Rib rib = locRib.rib();
        // RFC 4724 section 4.2: what was stale already, from a restart before this one, goes now.
        return !kept.contains(locRib.family()) || rib.isStale(path) && !rib.isLongLived(path);
    }

    private void restartTimeOver(Neighbor neighbor) {
        for (Family family : Set.copyOf(neighbor.stale())) {
            if (neighbor.retained().longLivedTimes.containsKey(family)) {
                prolong(neighbor, family);
            } else {
                drop(neighbor, family);
            }
        }
        if (neighbor.stale().isEmpty()) {
            expired(neighbor, "it did not come back within its restart time");
        }
        listener.changed();
    }

    private void prolong(Neighbor neighbor, Family family) {
        Retained retained = neighbor.retained();
        intake.prolong(neighbor, locRib(family));
        if (retained.longLived.containsKey(family)) {
            return; // since an earlier loss of the session; RFC 9494 does not let the time begin anew
        }
        int seconds = Objects.requireNonNull(retained.longLivedTimes.get(family));
        retained.longLived.put(family, loop.schedule(TimeUnit.SECONDS.toNanos(seconds), () -> {
            drop(neighbor, family);
            expired(neighbor, "its long-lived stale time for " + family + " is over");
            listener.changed();
        }));
        listener.report(
                "bgp.restart.longlived",
                neighbor,
                neighbor.address() + " did not come back within its restart time: its " + family
                        + " routes are used only where there are no others, for up to " + seconds + " s");
    }

    /** A neighbour is back: what it says it has not kept goes, and for the rest it has a while to say End-of-RIB. */
    void returned(Neighbor neighbor, Negotiated negotiated, int stalePathSeconds) {
        Set<Family> longLived = neighbor.retained().longLived.keySet();
        PeerRestart.droppedOnReturn(neighbor.stale(), longLived, negotiated).forEach(family -> drop(neighbor, family));
        if (neighbor.stale().isEmpty()) {
            neighbor.retained().staleTimer(null);
            return;
        }
        arm(neighbor, stalePathSeconds, () -> {
            Set.copyOf(neighbor.stale()).forEach(family -> drop(neighbor, family));
            expired(neighbor, "it came back but did not send End-of-RIB in time");
            listener.changed();
        });
    }

    /** A neighbour has told everything of a family. */
    void endOfRib(Neighbor neighbor, Family family) {
        drop(neighbor, family);
        if (neighbor.stale().isEmpty()) {
            neighbor.retained().staleTimer(null);
        }
    }

    private void arm(Neighbor neighbor, int seconds, Runnable over) {
        neighbor.retained().staleTimer(loop.schedule(TimeUnit.SECONDS.toNanos(seconds), over));
    }

    private void drop(Neighbor neighbor, Family family) {
        if (neighbor.stale().remove(family)) {
            Retained.cancel(neighbor.retained().longLived, family);
            LocRib locRib = locRib(family);
            intake.removeIf(neighbor, locRib, locRib.rib()::isStale);
            InLimit limit = neighbor.limit(family);
            if (limit != null) {
                limit.look(locRib.rib().counts(), neighbor.index());
            }
        }
    }

    private void expired(Neighbor neighbor, String why) {
        listener.report(
                "bgp.restart.expired",
                neighbor,
                "routes kept for " + neighbor.address() + " since its session was lost are dropped: " + why);
        if (neighbor.channel() == null && neighbor.stale().isEmpty()) {
            listener.nothingLeft(neighbor);
        }
    }

    // ---- a refresh

    /**
     * A neighbour begins to tell a family again (BoRR); if it was doing so, it begins anew.
     *
     * @param patienceSeconds how long it may take
     */
    void refreshBegins(Neighbor neighbor, Channel channel, Family family, int patienceSeconds) {
        Negotiated negotiated = channel.negotiated();
        // RFC 7313 section 4: with graceful restart there is no refresh before End-of-RIB.
        boolean tooEarly =
                negotiated.restart() != null && !neighbor.endOfRibReceived().contains(family);
        if (tooEarly || !negotiated.enhancedRefresh()) {
            return;
        }
        Map<Family, Loop.Timer> refreshes = neighbor.retained().refreshes;
        Retained.cancel(refreshes, family);
        Rib rib = locRib(family).rib();
        rib.forEachOf(neighbor.index(), rib::markUnrefreshed);
        refreshes.put(family, loop.schedule(TimeUnit.SECONDS.toNanos(patienceSeconds), () -> {
            int swept = sweep(neighbor, family);
            listener.report(
                    "bgp.refresh.expired",
                    neighbor,
                    neighbor.address() + " began a refresh of " + family + " and did not end it within "
                            + patienceSeconds + " s: " + swept + " routes that it has not told again are dropped");
            listener.changed();
        }));
    }

    /** A neighbour has told a family again (EoRR); without a beginning that means nothing (RFC 7313 section 4). */
    void refreshEnds(Neighbor neighbor, Family family) {
        if (neighbor.retained().refreshes.containsKey(family)) {
            sweep(neighbor, family);
        }
    }

    private int sweep(Neighbor neighbor, Family family) {
        Retained.cancel(neighbor.retained().refreshes, family);
        LocRib locRib = locRib(family);
        int before = locRib.rib().size();
        intake.removeIf(neighbor, locRib, locRib.rib()::isUnrefreshed);
        return before - locRib.rib().size();
    }

    private LocRib locRib(Family family) {
        return Objects.requireNonNull(locRibs.get(family));
    }
}

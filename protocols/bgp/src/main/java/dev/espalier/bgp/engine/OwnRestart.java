package dev.espalier.bgp.engine;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.session.Negotiated;
import dev.espalier.bgp.session.RestartFlags;
import dev.espalier.bgp.wire.Family;
import java.util.HashSet;
import java.util.Set;

/**
 * The time after a restart of our own (RFC 4724 section 4.1): the kernel goes on forwarding by the routes of the earlier run,
 * and no route is chosen before every neighbour has told all it knows, so that nobody hears of a half-filled table.
 *
 * <p>It only happens when an earlier run did leave routes in the kernel, or, where none are installed, when neighbours may have kept
 * what it told them: at a first start there is nothing to protect and nothing is held back. A neighbour counts as complete when it has sent End-of-RIB for every shared family; one without graceful
 * restart never will, and counts a few seconds after its session came up. Whoever has not come up by the end of the restart time
 * is no longer waited for.
 *
 * <p>Owned by the table's loop; {@link RestartFlags} may be asked by any thread.
 */
final class OwnRestart implements RestartFlags {

    private final EarlierRun earlier;
    private final Set<String> awaited = new HashSet<>();
    /** Who may appear from a range is not known: with ranges, only the time limit ends the wait. */
    private final Set<String> ranges = new HashSet<>();

    private volatile boolean waiting;
    private volatile boolean hadSession;

    /**
     * Before the first session.
     *
     * @param earlier what an earlier run left behind
     */
    OwnRestart(EarlierRun earlier, SpeakerConfig config) {
        this.earlier = earlier;
        for (PeerConfig peer : config.peers()) {
            switch (peer.remote()) {
                case PeerConfig.Remote.Address address -> awaited.add(peer.name());
                case PeerConfig.Remote.Interface unnumbered -> awaited.add(peer.name());
                case PeerConfig.Remote.Range range -> ranges.add(peer.name());
            }
        }
        boolean somethingToProtect =
                earlier.leftRoutes() || !config.installRoutes() && keptByNeighbors(earlier, config);
        this.waiting = somethingToProtect && !(ranges.isEmpty() && awaited.isEmpty());
    }

    /** Whether neighbours may forward by what an earlier run told them: an End-of-RIB that came too early would end that. */
    private static boolean keptByNeighbors(EarlierRun earlier, SpeakerConfig config) {
        return earlier.forwardingKept()
                && config.peers().stream().anyMatch(peer -> peer.session().gracefulRestart() > 0);
    }

    @Override
    public boolean restarting() {
        return waiting;
    }

    /** The kernel kept what we had installed, of whichever family: we never remove routes when we stop. */
    @Override
    public boolean forwardingPreserved(Family family) {
        return earlier.forwardingKept() || hadSession;
    }

    /** A session is up: from now on our kernel forwards by what we install, whatever becomes of the session. */
    void sessionSeen() {
        hadSession = true;
    }

    /** Why there is a wait, and what it means; a sentence whose end says how long. */
    String because() {
        return earlier.leftRoutes()
                ? "an earlier run left routes in the kernel: they stay"
                : "neighbours may have kept what an earlier run told them: no route is chosen";
    }

    /** Whether routes are still being learnt anew. */
    boolean waiting() {
        return waiting;
    }

    /**
     * Notes that a configured neighbour is complete.
     *
     * @return whether that was the last one, and the wait is over
     */
    boolean complete(String peer) {
        awaited.remove(peer);
        return waiting && awaited.isEmpty() && ranges.isEmpty();
    }

    /** Those not yet complete, for people; with each range, because somebody may still come from it. */
    Set<String> awaited() {
        Set<String> all = new HashSet<>(awaited);
        if (waiting) {
            all.addAll(ranges);
        }
        return Set.copyOf(all);
    }

    /** Ends the wait. */
    void end() {
        waiting = false;
        awaited.clear();
    }

    /**
     * Whether a neighbour with these capabilities will say when it has told all, without waiting for us to do so first: one that
     * has restarted itself is not waited for (RFC 4724 section 4.1), or two would wait for each other.
     */
    static boolean sendsEndOfRib(Negotiated negotiated) {
        return negotiated.restart() != null && !negotiated.restart().restarting();
    }
}

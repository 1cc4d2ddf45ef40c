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
 * <p>It only happens when an earlier run did leave routes in the kernel: at a first start there is nothing to protect and
 * nothing is held back. A neighbour counts as complete when it has sent End-of-RIB for every shared family; one without graceful
 * restart never will, and counts a few seconds after its session came up. Whoever has not come up by the end of the restart time
 * is no longer waited for.
 *
 * <p>Other routing instances of this host that leak routes into this one begin anew too. They are waited for a second time: routes
 * are chosen without them, because each may wait for the other, but neighbours are told nothing before their routes are here.
 *
 * <p>Owned by the table's loop; {@link RestartFlags} may be asked by any thread.
 */
final class OwnRestart implements RestartFlags {

    private final EarlierRun earlier;
    private final Set<String> awaited = new HashSet<>();
    /** Who may appear from a range is not known: with ranges, only the time limit ends the wait. */
    private final Set<String> ranges = new HashSet<>();

    /** The routing instances imported from, while neighbours are told nothing because of them; then none. */
    private final Set<String> instances = new HashSet<>();

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
        if (earlier.leftRoutes()) {
            config.importFrom().forEach(source -> instances.add(source.instance()));
        }
        this.waiting = earlier.leftRoutes() && !(ranges.isEmpty() && awaited.isEmpty());
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

    /** Whether the routes of other routing instances are waited for, before which neighbours are told nothing. */
    boolean awaitsInstances() {
        return !instances.isEmpty();
    }

    /** All other routing instances have told what they have, or are no longer waited for. */
    void instancesComplete() {
        instances.clear();
    }

    /** Those not yet complete, for people; with each range, because somebody may still come from it. */
    Set<String> awaited() {
        Set<String> all = new HashSet<>(awaited);
        if (waiting) {
            all.addAll(ranges);
        }
        instances.forEach(instance -> all.add("instance " + instance));
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

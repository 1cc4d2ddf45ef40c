package dev.espalier.bgp.engine;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.session.Sessions;
import dev.espalier.route.EventSink;
import dev.espalier.route.Loop;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Looks for the neighbours from ranges that an earlier run knew. One that keeps our routes may be waiting for us to connect, as
 * FRR does; so we do, for as long as it keeps them. Owned by the table's loop.
 */
final class NeighborSearch {

    private final RangeNeighbors neighbors;
    private final Sessions sessions;
    private final Loop loop;
    private final EventSink events;
    private final Consumer<RememberedNeighbor> onAbandoned;

    /**
     * Does nothing until {@link #begin}.
     *
     * @param onAbandoned hears who does not come back, on the loop
     */
    NeighborSearch(
            RangeNeighbors neighbors,
            Sessions sessions,
            Loop loop,
            EventSink events,
            Consumer<RememberedNeighbor> onAbandoned) {
        this.neighbors = neighbors;
        this.sessions = sessions;
        this.loop = loop;
        this.events = events;
        this.onAbandoned = onAbandoned;
    }

    /** The sessions have started. */
    void begin(SpeakerConfig config) {
        neighbors.droppedAtStart().forEach(dropped -> dropped(config, dropped));
        neighbors.missing().forEach(neighbor -> seek(config, neighbor));
    }

    /** Another configuration may not want all of them. */
    void configure(SpeakerConfig config) {
        neighbors.judge(config).forEach(dropped -> dropped(config, dropped));
    }

    private void seek(SpeakerConfig config, RememberedNeighbor neighbor) {
        PeerConfig range = Objects.requireNonNull(config.rangeOf(neighbor.address()));
        int kept = range.session().gracefulRestart();
        int seconds = kept > 0 ? kept : config.restartSeconds();
        sessions.seek(neighbor.address(), neighbor.link(), neighbor.local());
        loop.schedule(TimeUnit.SECONDS.toNanos(seconds), () -> {
            sessions.await(neighbor.address(), neighbor.link());
            if (neighbors.giveUp(neighbor)) {
                abandon(config, neighbor, "it has not come back within " + seconds + " s");
            }
        });
    }

    private void dropped(SpeakerConfig config, RangeNeighbors.Dropped dropped) {
        RememberedNeighbor neighbor = dropped.neighbor();
        sessions.await(neighbor.address(), neighbor.link());
        abandon(config, neighbor, dropped.why().toString());
    }

    private void abandon(SpeakerConfig config, RememberedNeighbor neighbor, String why) {
        events.warning(
                "bgp.neighbor.forgotten",
                config.instance(),
                neighbor.label(),
                neighbor.address() + " had a session with the earlier run and is not waited for any more: " + why);
        onAbandoned.accept(neighbor);
    }
}

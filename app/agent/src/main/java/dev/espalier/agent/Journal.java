package dev.espalier.agent;

import dev.espalier.route.Event;
import dev.espalier.route.EventSink;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * What happened lately: keeps the last events, with when they happened, and passes each on to those who follow. Any thread.
 *
 * <p>The lock guards a list operation only. Followers are called by the thread that tells the event and must not block: they put
 * it into a queue of their own.
 */
final class Journal implements EventSink {

    /** Enough for a look back, small enough to forget about. */
    static final int CAPACITY = 1024;

    private final Clock clock;
    private final ArrayDeque<Entry> recent = new ArrayDeque<>();
    private final List<Consumer<Entry>> followers = new CopyOnWriteArrayList<>();

    Journal(Clock clock) {
        this.clock = clock;
    }

    /**
     * An event and its time.
     *
     * @param time when it was told
     * @param event what happened
     */
    record Entry(Instant time, Event event) {}

    @Override
    public void accept(Event event) {
        Entry entry = new Entry(clock.instant(), event);
        synchronized (recent) {
            if (recent.size() == CAPACITY) {
                recent.removeFirst();
            }
            recent.addLast(entry);
        }
        followers.forEach(follower -> follower.accept(entry));
    }

    /** The last events, oldest first. */
    List<Entry> recent() {
        synchronized (recent) {
            return new ArrayList<>(recent);
        }
    }

    /**
     * Calls the follower for each event from now on.
     *
     * @return what ends that
     */
    AutoCloseable follow(Consumer<Entry> follower) {
        followers.add(follower);
        return () -> followers.remove(follower);
    }
}

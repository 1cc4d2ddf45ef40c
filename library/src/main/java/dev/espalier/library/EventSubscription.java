package dev.espalier.library;

import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one subscriber has asked for and not yet had (java.util.concurrent.Flow, the rules of Reactive Streams).
 *
 * <p>Events wait here, up to a capacity. A change of a prefix takes the place of an earlier one that still waits, and so does the
 * refusal of an announcement, so that something that flaps needs one place. What finds no place is counted, and the count, a
 * {@link SpeakerEvent.Missed}, stands where it would have stood. The subscriber is called on the executor, one call after the
 * other; no thread is held while there is nothing to say or nothing asked for.
 *
 * <p>Guarded by itself; nobody is called while the lock is held.
 */
final class EventSubscription implements Flow.Subscription {

    /** Under which a refusal waits. */
    private record Refusal(Object prefix, @Nullable Object peer) {}

    private final Flow.Subscriber<? super SpeakerEvent> subscriber;
    private final int capacity;
    private final Executor executor;
    private final Consumer<EventSubscription> gone;
    private final SequencedMap<Object, SpeakerEvent> waiting = new LinkedHashMap<>();
    private long wanted;
    private boolean working;
    private boolean greeted;
    private boolean ended;
    private boolean cancelled;
    private @Nullable IllegalArgumentException mistake;

    /**
     * A subscription of which the subscriber does not know yet.
     *
     * @param gone told when it is over
     */
    EventSubscription(
            Flow.Subscriber<? super SpeakerEvent> subscriber,
            int capacity,
            Executor executor,
            Consumer<EventSubscription> gone) {
        this.subscriber = subscriber;
        this.capacity = capacity;
        this.executor = executor;
        this.gone = gone;
    }

    /** Lets the subscriber know. */
    synchronized void begin() {
        work();
    }

    /** Nothing comes after what waits. */
    synchronized void end() {
        ended = true;
        work();
    }

    synchronized void offer(SpeakerEvent event) {
        if (cancelled || ended) {
            return;
        }
        Object key = keyOf(event);
        if (waiting.size() < capacity || waiting.containsKey(key)) {
            waiting.put(key, event); // one that waits keeps its place
        } else if (waiting.lastEntry().getValue() instanceof SpeakerEvent.Missed(long count)) {
            waiting.put(waiting.lastEntry().getKey(), new SpeakerEvent.Missed(count + 1));
        } else {
            waiting.put(new Object(), new SpeakerEvent.Missed(1));
        }
        work();
    }

    private static Object keyOf(SpeakerEvent event) {
        return switch (event) {
            case SpeakerEvent.BestChanged changed -> changed.prefix();
            case SpeakerEvent.BestWithdrawn withdrawn -> withdrawn.prefix();
            case SpeakerEvent.AnnouncementRefused refused -> new Refusal(refused.prefix(), refused.address());
            case SpeakerEvent.SessionUp up -> new Object();
            case SpeakerEvent.SessionDown down -> new Object();
            case SpeakerEvent.Notice notice -> new Object();
            case SpeakerEvent.Missed missed -> new Object();
        };
    }

    @Override
    public synchronized void request(long count) {
        if (count <= 0) {
            mistake = new IllegalArgumentException("a subscriber asked for " + count + " events; it must be 1 or more");
        } else {
            wanted = wanted + count < 0 ? Long.MAX_VALUE : wanted + count;
        }
        work();
    }

    @Override
    public void cancel() {
        synchronized (this) {
            cancelled = true;
            waiting.clear();
        }
        gone.accept(this);
    }

    /** Sees to it that somebody calls the subscriber if there is something to say. With the lock. */
    private void work() {
        if (!working && hasWork()) {
            working = true;
            executor.execute(this::tell);
        }
    }

    private boolean hasWork() {
        return !cancelled
                && (!greeted || mistake != null || wanted > 0 && !waiting.isEmpty() || ended && waiting.isEmpty());
    }

    private void tell() {
        try {
            for (Runnable call = next(); call != null; call = next()) {
                call.run();
            }
        } catch (RuntimeException | Error fault) {
            cancel(); // rule 2.13: a subscriber that throws is not called again
            throw fault;
        }
    }

    /** The next call of the subscriber; null when there is none for now. */
    private synchronized @Nullable Runnable next() {
        if (!hasWork()) {
            working = false;
            return null;
        }
        if (!greeted) {
            greeted = true;
            return () -> subscriber.onSubscribe(this);
        }
        IllegalArgumentException wrong = mistake;
        if (wrong != null) {
            return last(() -> subscriber.onError(wrong));
        }
        if (waiting.isEmpty()) {
            return last(subscriber::onComplete);
        }
        wanted--;
        SpeakerEvent event = waiting.pollFirstEntry().getValue();
        return () -> subscriber.onNext(event);
    }

    private Runnable last(Runnable call) {
        return () -> {
            cancel();
            call.run();
        };
    }
}

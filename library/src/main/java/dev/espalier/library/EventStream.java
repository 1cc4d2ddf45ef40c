package dev.espalier.library;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;

/** Tells every subscriber what happens, each at its own pace. Any thread; never blocks whoever publishes. */
final class EventStream implements Flow.Publisher<SpeakerEvent> {

    private final Executor executor;
    private final int capacity;
    private final List<EventSubscription> subscriptions = new CopyOnWriteArrayList<>();
    private volatile boolean closed;

    /**
     * A stream without subscribers.
     *
     * @param executor where subscribers are called
     * @param capacity how many events wait for one subscriber at most, 1 or more
     */
    EventStream(Executor executor, int capacity) {
        this.executor = executor;
        this.capacity = capacity;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super SpeakerEvent> subscriber) {
        EventSubscription subscription = new EventSubscription(subscriber, capacity, executor, subscriptions::remove);
        subscriptions.add(subscription);
        subscription.begin();
        if (closed) {
            subscription.end();
        }
    }

    /** Whether anybody would hear. */
    boolean hasSubscribers() {
        return !subscriptions.isEmpty();
    }

    void publish(SpeakerEvent event) {
        for (EventSubscription subscription : subscriptions) {
            subscription.offer(event);
        }
    }

    /** Nothing more will come: subscribers are told so once they have taken what waits for them. */
    void close() {
        closed = true;
        subscriptions.forEach(EventSubscription::end);
    }
}

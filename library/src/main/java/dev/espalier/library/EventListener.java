package dev.espalier.library;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Consumer;

/** A subscriber that asks for one event after the other, and has nothing to say at the end. */
final class EventListener implements Flow.Subscriber<SpeakerEvent> {

    private final Consumer<? super SpeakerEvent> listener;
    private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();

    EventListener(Consumer<? super SpeakerEvent> listener) {
        this.listener = listener;
    }

    /** The subscription, as soon as it has been granted. */
    Flow.Subscription subscription() {
        return subscription.join();
    }

    @Override
    public void onSubscribe(Flow.Subscription granted) {
        subscription.complete(granted);
        granted.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(SpeakerEvent event) {
        listener.accept(event);
    }

    @Override
    public void onError(Throwable neverComes) {}

    @Override
    public void onComplete() {}
}

package dev.espalier.library;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;

/** What subscribers hear, and when; the executor is played by the test, so that nothing depends on time. */
class EventStreamTest {

    private final Deque<Runnable> tasks = new ArrayDeque<>();

    private void runAll() {
        while (!tasks.isEmpty()) {
            tasks.removeFirst().run();
        }
    }

    /** Notes what it hears and asks for nothing by itself. */
    private static class Recorder implements Flow.Subscriber<SpeakerEvent> {
        final List<SpeakerEvent> events = new ArrayList<>();
        final List<Throwable> errors = new ArrayList<>();
        Flow.Subscription subscription;
        int completions;

        @Override
        public void onSubscribe(Flow.Subscription granted) {
            subscription = granted;
        }

        @Override
        public void onNext(SpeakerEvent event) {
            events.add(event);
        }

        @Override
        public void onError(Throwable error) {
            errors.add(error);
        }

        @Override
        public void onComplete() {
            completions++;
        }
    }

    private static SpeakerEvent gone(int number) {
        return new SpeakerEvent.BestWithdrawn(IpPrefix.parse("10.0." + number + ".0/24"), "number " + number);
    }

    private static SpeakerEvent down(int number) {
        return new SpeakerEvent.SessionDown("peer " + number, IpAddress.parse("192.0.2.1"), "a reason");
    }

    private EventStream stream(int capacity) {
        return new EventStream(tasks::add, capacity);
    }

    private Recorder subscribe(EventStream stream) {
        Recorder recorder = new Recorder();
        stream.subscribe(recorder);
        runAll();
        return recorder;
    }

    @Test
    void nothingComesBeforeItIsAskedFor() {
        EventStream stream = stream(8);
        Recorder recorder = subscribe(stream);
        stream.publish(down(1));
        stream.publish(down(2));
        runAll();
        assertThat(recorder.events).isEmpty();
        recorder.subscription.request(1);
        runAll();
        assertThat(recorder.events).containsExactly(down(1));
    }

    @Test
    void eventsComeInOrderAndFromTheMomentOfSubscribingOn() {
        EventStream stream = stream(8);
        stream.publish(down(0));
        Recorder recorder = new Recorder();
        stream.subscribe(recorder); // and has not been told yet
        stream.publish(down(1));
        runAll();
        recorder.subscription.request(Long.MAX_VALUE);
        runAll();
        stream.publish(down(2));
        runAll();
        assertThat(recorder.events).containsExactly(down(1), down(2));
    }

    @Test
    void aSlowSubscriberHearsOnlyTheLastChangeOfAPrefix() {
        EventStream stream = stream(2);
        Recorder recorder = subscribe(stream);
        IpPrefix prefix = IpPrefix.parse("10.0.1.0/24");
        stream.publish(gone(1));
        for (int i = 0; i < 1000; i++) {
            stream.publish(new SpeakerEvent.BestWithdrawn(prefix, "time " + i));
        }
        stream.publish(gone(2));
        recorder.subscription.request(Long.MAX_VALUE);
        runAll();
        assertThat(recorder.events).containsExactly(new SpeakerEvent.BestWithdrawn(prefix, "time 999"), gone(2));
    }

    @Test
    void whatDoesNotFitIsCountedAtItsPlace() {
        EventStream stream = stream(2);
        Recorder recorder = subscribe(stream);
        for (int i = 1; i <= 5; i++) {
            stream.publish(down(i));
        }
        recorder.subscription.request(3);
        runAll();
        stream.publish(down(6));
        recorder.subscription.request(10);
        runAll();
        assertThat(recorder.events).containsExactly(down(1), down(2), new SpeakerEvent.Missed(3), down(6));
    }

    @Test
    void aMillionEventsForASubscriberThatNeverAsksAreNotKept() {
        EventStream stream = stream(16);
        Recorder recorder = subscribe(stream);
        for (int i = 0; i < 1_000_000; i++) {
            stream.publish(down(i));
        }
        assertThat(tasks).as("calls that wait").isEmpty();
        recorder.subscription.request(Long.MAX_VALUE);
        runAll();
        assertThat(recorder.events).hasSize(17).last().isEqualTo(new SpeakerEvent.Missed(1_000_000 - 16));
    }

    @Test
    void oneSlowSubscriberCostsTheOthersNothing() {
        EventStream stream = stream(1);
        Recorder slow = subscribe(stream);
        Recorder fast = subscribe(stream);
        fast.subscription.request(Long.MAX_VALUE);
        for (int i = 0; i < 100; i++) {
            stream.publish(down(i));
            runAll();
        }
        assertThat(fast.events).hasSize(100).noneMatch(SpeakerEvent.Missed.class::isInstance);
        assertThat(slow.events).isEmpty();
    }

    @Test
    void theEndComesAfterWhatWaits() {
        EventStream stream = stream(8);
        Recorder recorder = subscribe(stream);
        stream.publish(down(1));
        stream.close();
        runAll();
        assertThat(recorder.completions).isZero();
        recorder.subscription.request(1);
        runAll();
        assertThat(recorder.events).containsExactly(down(1));
        assertThat(recorder.completions).isOne();
        assertThat(stream.hasSubscribers()).isFalse();
    }

    @Test
    void whoSubscribesAfterTheEndIsToldSo() {
        EventStream stream = stream(8);
        stream.close();
        assertThat(subscribe(stream).completions).isOne();
        assertThat(stream.hasSubscribers()).isFalse();
    }

    @Test
    void askingForNothingIsAnError() {
        EventStream stream = stream(8);
        Recorder recorder = subscribe(stream);
        recorder.subscription.request(0);
        runAll();
        assertThat(recorder.errors).singleElement().isInstanceOf(IllegalArgumentException.class);
        assertThat(stream.hasSubscribers()).isFalse();
    }

    @Test
    void nothingComesAfterCancelling() {
        EventStream stream = stream(8);
        Recorder recorder = subscribe(stream);
        stream.publish(down(1));
        recorder.subscription.request(5);
        recorder.subscription.cancel();
        runAll();
        assertThat(recorder.events).isEmpty();
        assertThat(stream.hasSubscribers()).isFalse();
    }

    @Test
    void aSubscriberThatThrowsIsNotCalledAgain() {
        EventStream stream = stream(8);
        Recorder recorder = new Recorder() {
            @Override
            public void onNext(SpeakerEvent event) {
                super.onNext(event);
                throw new IllegalStateException("a fault of the subscriber");
            }
        };
        stream.subscribe(recorder);
        runAll();
        recorder.subscription.request(5);
        stream.publish(down(1));
        org.assertj.core.api.Assertions.assertThatThrownBy(this::runAll).hasMessage("a fault of the subscriber");
        stream.publish(down(2));
        runAll();
        assertThat(recorder.events).containsExactly(down(1));
        assertThat(stream.hasSubscribers()).isFalse();
    }
}

package dev.espalier.stores.etcd;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.stores.state.StateStoreException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One question with many answers, each a line of JSON. One line is taken from the connection at a time. */
final class AnswerStream implements AutoCloseable {

    /** A line, or why there will be no more. */
    private sealed interface Arrival {
        record Line(String text) implements Arrival {}

        record End(String why) implements Arrival {}
    }

    private final URI member;
    private final Runnable refused;
    private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
    private final CompletableFuture<Void> exchange;
    private volatile Flow.@Nullable Subscription subscription;
    private @Nullable JsonNode first;

    /**
     * Asks; nothing is waited for.
     *
     * @param refused is called before a refusal is thrown
     */
    AnswerStream(HttpClient client, URI member, HttpRequest request, Runnable refused) {
        this.member = member;
        this.refused = refused;
        HttpResponse.BodyHandler<Void> lines = head ->
                HttpResponse.BodySubscribers.fromLineSubscriber(new Lines(), _ -> null, StandardCharsets.UTF_8, null);
        this.exchange = client.sendAsync(request, lines).thenAccept(_ -> {}).whenComplete((_, failed) -> {
            if (failed != null) {
                arrivals.add(new Arrival.End(Gateway.reason(failed)));
            }
        });
    }

    private final class Lines implements Flow.Subscriber<String> {
        @Override
        public void onSubscribe(Flow.Subscription begun) {
            subscription = begun;
            begun.request(1);
        }

        @Override
        public void onNext(String line) {
            arrivals.add(new Arrival.Line(line));
        }

        @Override
        public void onError(Throwable failed) {
            arrivals.add(new Arrival.End(Gateway.reason(failed)));
        }

        @Override
        public void onComplete() {
            arrivals.add(new Arrival.End("it closed the connection"));
        }
    }

    /** What {@link Gateway#open} has read of it already. */
    JsonNode first() {
        if (first == null) {
            throw new IllegalStateException("the first answer has not been awaited");
        }
        return first;
    }

    /**
     * Waits for the first answer.
     *
     * @throws IOException when the stream ends instead, or says nothing for so long
     */
    AnswerStream awaitFirst(Duration patience) throws IOException {
        first = next(patience);
        if (first == null) {
            throw new IOException("no answer for " + patience.toSeconds() + " s");
        }
        return this;
    }

    /**
     * The next answer; null when there is none for so long.
     *
     * @throws IOException when the stream has ended
     * @throws StateStoreException when etcd refuses
     */
    @Nullable
    JsonNode next(Duration patience) throws IOException {
        Arrival arrival;
        try {
            arrival = arrivals.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", stopped);
        }
        return switch (arrival) {
            case null -> null;
            case Arrival.End(String why) -> throw new IOException(why);
            case Arrival.Line(String text) -> {
                Flow.Subscription more = subscription;
                if (more != null) {
                    more.request(1);
                }
                yield answer(Gateway.JSON.readTree(text));
            }
        };
    }

    private JsonNode answer(JsonNode line) {
        if (line.has("result")) {
            return line.path("result");
        }
        // The gateway puts an error at the top, or below a word of its own once the stream has begun.
        JsonNode error = line.path("error").isObject() ? line.path("error") : line;
        refused.run();
        throw new StateStoreException("etcd at " + member + " refuses to be watched: "
                + error.path("message").asText("an answer that is not etcd's; is that its client port?"));
    }

    @Override
    public void close() {
        Flow.Subscription open = subscription;
        if (open != null) {
            open.cancel();
        }
        exchange.cancel(true);
    }
}

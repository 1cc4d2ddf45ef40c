package dev.espalier.agent.api;

import dev.espalier.agent.api.ApiProblem.Refusal;
import dev.espalier.transport.EventStream;
import dev.espalier.transport.HttpRequest;
import dev.espalier.transport.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Events: those that are remembered, then those that happen, as server-sent events; or only the former as an array. */
final class EventFeed {

    private final Daemon daemon;

    EventFeed(Daemon daemon) {
        this.daemon = daemon;
    }

    HttpResponse answer(HttpRequest request) {
        String follow = request.parameter("follow");
        if (follow == null || follow.equals("true")) {
            return HttpResponse.events(this::follow);
        }
        if (!follow.equals("false")) {
            throw new Refusal(400, "The parameter follow is one of true, false, not '" + follow + "'.");
        }
        return HttpResponse.of(200, "application/json", ApiJson.octets(daemon.recentEvents()));
    }

    /** Subscribes before it looks back, so that no event falls between. */
    private void follow(EventStream stream) {
        Follower follower = new Follower(stream);
        Daemon.Subscription subscription = daemon.follow(follower::happened);
        stream.onClose(subscription::close);
        follower.lookBack(daemon.recentEvents());
    }

    /** Holds back what happens while the past is told, and leaves out what was part of that past. */
    private static final class Follower {

        private final EventStream stream;
        private @Nullable List<EventView> waiting = new ArrayList<>();

        Follower(EventStream stream) {
            this.stream = stream;
        }

        synchronized void happened(EventView event) {
            if (waiting == null) {
                send(event);
            } else {
                waiting.add(event);
            }
        }

        void lookBack(List<EventView> past) {
            past.forEach(this::send);
            List<EventView> told = new ArrayList<>(past);
            synchronized (this) {
                if (waiting != null) {
                    waiting.stream().filter(event -> !told.remove(event)).forEach(this::send);
                }
                waiting = null;
            }
        }

        /** The type is {@code message} for all, because a browser calls its general listener only for those. */
        private void send(EventView event) {
            stream.send("message", ApiJson.text(event).strip());
        }
    }
}

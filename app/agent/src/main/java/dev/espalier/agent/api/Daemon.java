package dev.espalier.agent.api;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What the API asks of the running daemon. Methods may block while the owner of the tables answers, and may be called by any
 * thread that may block (a virtual one, usually). Everything returned is immutable.
 */
public interface Daemon {

    /** How the daemon is doing. */
    StatusView status();

    /** All configured peers and all neighbours that came from ranges, in the order of the configuration. */
    List<PeerView> peers();

    /** The BFD sessions, and what of others' packets was not taken. */
    BfdReport bfd();

    /**
     * Has the routes exchanged with a neighbour exchanged again; its session stays up.
     *
     * @param peer a name or an address
     * @param in whether its routes are judged, and asked for, again
     * @param out whether it is told ours again
     * @return one for each such neighbour that has a session
     */
    List<RefreshView> refresh(String peer, boolean in, boolean out);

    /**
     * Shows prefixes with their paths, one by one, without holding up the tables for longer than a few prefixes take.
     *
     * @throws RequestException when the query names something that does not exist
     */
    void routes(RouteQuery query, Consumer<RouteView> each);

    /**
     * Everything about one prefix, with the reasons.
     *
     * @return empty when nobody ever mentioned the prefix
     * @throws RequestException when the instance does not exist
     */
    Optional<ExplainView> explain(String instance, String prefix);

    /** What would change if these documents were the configuration. Changes nothing. */
    PlanView plan(List<Document> documents);

    /** Reads the configuration again and goes over to it; an invalid one changes nothing. */
    PlanView reload();

    /** The latest events, oldest first. */
    List<EventView> recentEvents();

    /** Calls for each event from now on, until closed. The follower must not block. */
    Subscription follow(Consumer<EventView> follower);

    /** Whether everything is started and no restart of ours is still learning routes; otherwise a sentence that says why not. */
    Optional<String> notReady();

    /** Whether every loop turns; otherwise a sentence that says which does not. Blocks for some seconds in that case. */
    Optional<String> unhealthy();

    /** Pods and their addresses. */
    PodService pods();

    /** Ends a subscription. */
    interface Subscription extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * A configuration file as text.
     *
     * @param name what to call it in errors, usually its path
     * @param text its content
     */
    record Document(String name, String text) {}

    /** The question makes no sense; the message says why, and what would. */
    final class RequestException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        /** With a sentence for people. */
        public RequestException(String message) {
            super(message);
        }
    }
}

package dev.espalier.stores.etcd;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.stores.etcd.EtcdKeys.Contents;
import dev.espalier.stores.etcd.EtcdKeys.Entry;
import dev.espalier.stores.state.StateStoreException;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Follows all keys that begin with something: lists them, then hears of each change. A stream that ends is opened again at
 * another member, from the revision after the last one heard; where etcd has compacted that away, where its revisions have gone back,
 * and where a change was missed, all is listed again.
 *
 * <p>A virtual thread of its own asks, and calls the observer.
 */
public final class EtcdWatch implements AutoCloseable {

    /** How long to wait before etcd is asked again that did not answer. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    /** How long to wait after a stream has ended: a member that ends each at once must not keep us busy. */
    private static final Duration REOPEN = Duration.ofMillis(100);

    /** How long a stream may say nothing before somebody else is asked whether there is nothing to say: its member may be dead. */
    private static final Duration QUIET = Duration.ofSeconds(30);

    private final EtcdKeys keys;
    private final Gateway gateway;
    private final String wholePrefix;
    private final String prefix;
    private final Observer observer;
    private final Thread thread;
    private volatile boolean closed;

    /** What was told last; null when everything has to be listed. */
    private @Nullable Contents known;

    private boolean unreachable;

    /** Hears how things are. What it does holds up the watch. */
    public interface Observer {
        /** All keys, at first, after each change, and when etcd answers again. */
        void changed(Contents contents);

        /**
         * Nobody answers: what was told last may be out of date. Told once; {@link #changed} says that it is over.
         *
         * @param why a sentence for people
         */
        void unreachable(String why);
    }

    private EtcdWatch(EtcdKeys keys, Gateway gateway, String wholePrefix, String prefix, Observer observer) {
        this.keys = keys;
        this.gateway = gateway;
        this.wholePrefix = wholePrefix;
        this.prefix = prefix;
        this.observer = observer;
        this.thread = Thread.ofVirtual().name("etcd-watch").unstarted(this::run);
    }

    static EtcdWatch start(EtcdKeys keys, Gateway gateway, String wholePrefix, String prefix, Observer observer) {
        EtcdWatch watch = new EtcdWatch(keys, gateway, wholePrefix, prefix, observer);
        watch.thread.start();
        return watch;
    }

    private void run() {
        while (!closed) {
            try {
                if (known == null) {
                    tell(keys.list(prefix));
                }
                follow();
            } catch (StateStoreException silent) {
                if (!closed && !unreachable) {
                    unreachable = true;
                    observer.unreachable(String.valueOf(silent.getMessage()));
                }
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        }
    }

    private void tell(Contents contents) {
        known = contents;
        unreachable = false;
        if (!closed) {
            observer.changed(contents);
        }
    }

    /** Follows one stream until it ends, which is no failure: the next one goes on from there. */
    private void follow() {
        Contents from = Objects.requireNonNull(known);
        ObjectNode question = Gateway.JSON.createObjectNode();
        KeyText.within(question.putObject("create_request"), wholePrefix)
                .put("start_revision", Long.toString(from.revision() + 1))
                .put("progress_notify", true);
        try (AnswerStream stream = gateway.open("/v3/watch", question)) {
            if (EtcdKeys.revision(stream.first()) < from.revision()) {
                known = null; // a member that lags behind, or an etcd that began anew: a list tells which
                return;
            }
            if (unreachable) {
                tell(from);
            }
            while (!closed) {
                JsonNode answer = stream.next(QUIET);
                if (answer == null ? hasMissed() : !take(answer)) {
                    known = null;
                    return;
                }
            }
        } catch (IOException ended) {
            LockSupport.parkNanos(REOPEN.toNanos());
        }
    }

    /** Takes what the stream says. Returns whether it can go on. */
    private boolean take(JsonNode answer) {
        if (answer.path("canceled").asBoolean()) {
            if (answer.has("compact_revision")) {
                return false;
            }
            gateway.forgetToken(); // which may have been what it did not like
            throw new StateStoreException(
                    "etcd ended the watch: " + answer.path("cancel_reason").asText("no reason given"));
        }
        Contents before = Objects.requireNonNull(known);
        JsonNode events = answer.path("events");
        if (events.isEmpty()) { // only how far it is
            known = new Contents(
                    before.entries(), Math.max(before.revision(), EtcdKeys.revision(answer)), before.cluster());
            return true;
        }
        TreeMap<String, Entry> entries = new TreeMap<>(before.entries());
        long revision = before.revision();
        for (JsonNode event : events) {
            Entry entry = keys.entry(event.path("kv"));
            if (event.path("type").asText().equals("DELETE")) {
                entries.remove(entry.key());
            } else {
                entries.put(entry.key(), entry);
            }
            // Not that of the header: what is caught up on comes in pieces, each with the latest revision of all.
            revision = Math.max(revision, entry.revision());
        }
        tell(new Contents(entries, revision, before.cluster()));
        return true;
    }

    /** Whether there is more, or less, than what was heard of: asked of whoever answers, without the values. */
    private boolean hasMissed() {
        Contents heard = Objects.requireNonNull(known);
        ObjectNode question = KeyText.within(Gateway.JSON.createObjectNode(), wholePrefix)
                .put("limit", "1")
                .put("sort_order", "DESCEND")
                .put("sort_target", "MOD")
                .put("keys_only", true);
        JsonNode answer = gateway.ask("/v3/kv/range", question, true);
        JsonNode latest = answer.path("kvs").path(0);
        return answer.path("count").asLong() != heard.entries().size()
                || latest.path("mod_revision").asLong() > heard.revision();
    }

    /** The observer hears nothing more, but for a call that is under way. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}

package dev.espalier.stores.etcd;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.stores.state.StateStoreException;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The keys of an etcd with what only etcd has: leases and watches. For whoever shares keys with other programs; state of our own is
 * better kept in an {@link EtcdStateStore}, which could be something else one day.
 *
 * <p>Any thread; every call may block, and throws a {@link StateStoreException} when etcd does not answer or refuses.
 */
public final class EtcdKeys implements AutoCloseable {

    /** The revision of a key that does not exist. */
    public static final long ABSENT = 0;

    /** The lease of a key that stays until somebody removes it. */
    public static final long FOREVER = 0;

    private final EtcdOptions options;
    private final Gateway gateway;

    /** Nothing is asked yet. */
    public EtcdKeys(EtcdOptions options) {
        this.options = options;
        this.gateway = new Gateway(options);
    }

    /**
     * A key with its value.
     *
     * @param key without the prefix of the options
     * @param value what it says
     * @param revision in which it was last written, as of the whole etcd
     * @param lease with which it ends; {@link #FOREVER} for none
     */
    public record Entry(String key, String value, long revision, long lease) {}

    /**
     * All keys that begin so, at one moment. Immutable.
     *
     * @param entries by key
     * @param revision of the whole etcd up to which this is true
     * @param cluster the number of the etcd that said so
     */
    public record Contents(SortedMap<String, Entry> entries, long revision, String cluster) {
        /** With a copy of the map. */
        public Contents {
            entries = Collections.unmodifiableSortedMap(new TreeMap<>(entries));
        }
    }

    /**
     * A lease that was granted.
     *
     * @param id its number
     * @param ttl for how long; etcd may give more than was asked for
     */
    public record Lease(long id, Duration ttl) {}

    /** A key, null when there is none. */
    public @Nullable Entry get(String key) {
        JsonNode answer =
                gateway.ask("/v3/kv/range", object().put("key", KeyText.encoded(options.prefix() + key)), true);
        JsonNode found = answer.path("kvs").path(0);
        return found.isMissingNode() ? null : entry(found);
    }

    /** All keys that begin with this. Linearizable: what was written before, by whichever member, is there. */
    public Contents list(String prefix) {
        JsonNode answer = gateway.ask("/v3/kv/range", within(prefix), true);
        return contents(Map.of(), answer);
    }

    /**
     * The same, when something is known from before: only what was written since travels. A range of etcd's answers with the keys of
     * which {@code min_mod_revision} holds, and with the number of all keys; if that is not how many there should be now, some were
     * removed, and all are listed.
     *
     * @param before what {@link #list} told of the same prefix
     */
    public Contents list(String prefix, Contents before) {
        ObjectNode question = within(prefix).put("min_mod_revision", Long.toString(before.revision() + 1));
        JsonNode answer = gateway.ask("/v3/kv/range", question, true);
        Contents now = contents(before.entries(), answer);
        boolean whole = now.entries().size() == answer.path("count").asInt();
        boolean follows = now.revision() >= before.revision() && now.cluster().equals(before.cluster());
        return whole && follows ? now : list(prefix);
    }

    private ObjectNode within(String prefix) {
        return KeyText.within(object(), options.prefix() + prefix);
    }

    private Contents contents(Map<String, Entry> known, JsonNode answer) {
        TreeMap<String, Entry> entries = new TreeMap<>(known);
        for (JsonNode found : answer.path("kvs")) {
            Entry entry = entry(found);
            entries.put(entry.key(), entry);
        }
        return new Contents(
                entries,
                revision(answer),
                answer.path("header").path("cluster_id").asText());
    }

    /**
     * Writes a key if it was last written in the revision given.
     *
     * @param expected that revision; {@link #ABSENT} to make a new key
     * @param lease with which it will end; {@link #FOREVER} for none, also where it had one
     * @return the new revision, or {@link #ABSENT} when somebody else was faster and nothing is changed
     * @throws StateStoreException also when the lease has ended; and when it is not known whether it was written
     */
    public long put(String key, String value, long expected, long lease) {
        ObjectNode order = object();
        ObjectNode put = order.putObject("request_put")
                .put("key", KeyText.encoded(options.prefix() + key))
                .put("value", KeyText.encoded(value));
        if (lease != FOREVER) {
            put.put("lease", Long.toString(lease));
        }
        JsonNode answer = transact(key, expected, order);
        return answer.path("succeeded").asBoolean() ? revision(answer) : ABSENT;
    }

    /**
     * Removes a key if it was last written in the revision given.
     *
     * @return whether it is gone by this; false when somebody else was faster and nothing is changed
     */
    public boolean delete(String key, long expected) {
        if (expected == ABSENT) {
            return false;
        }
        ObjectNode order = object();
        order.putObject("request_delete_range").put("key", KeyText.encoded(options.prefix() + key));
        return transact(key, expected, order).path("succeeded").asBoolean();
    }

    /** Carries out an order if the key was last written in a revision; 0 is that of a key that does not exist. */
    private JsonNode transact(String key, long expected, ObjectNode order) {
        ObjectNode question = object();
        question.putArray("compare")
                .addObject()
                .put("key", KeyText.encoded(options.prefix() + key))
                .put("target", "MOD")
                .put("result", "EQUAL")
                .put("mod_revision", Long.toString(expected));
        question.putArray("success").add(order);
        return gateway.ask("/v3/kv/txn", question, false);
    }

    /** A new lease, without keys. Where the answer is lost, one that nobody uses ends by itself. */
    public Lease grant(Duration ttl) {
        JsonNode answer =
                gateway.ask("/v3/lease/grant", object().put("TTL", Long.toString(Math.max(1, ttl.toSeconds()))), true);
        return new Lease(
                answer.path("ID").asLong(),
                Duration.ofSeconds(answer.path("TTL").asLong()));
    }

    /**
     * Begins a lease's time anew.
     *
     * @return how long it lasts now; zero when it has ended, and its keys with it
     */
    public Duration keepAlive(long lease) {
        // A stream of answers, which ends with the first because our side of it has ended.
        JsonNode answer = gateway.ask("/v3/lease/keepalive", object().put("ID", Long.toString(lease)), true);
        return Duration.ofSeconds(answer.path("result").path("TTL").asLong());
    }

    /** Ends a lease, and with it the keys that were last written with it. Nothing happens when it has ended. */
    public void revoke(long lease) {
        gateway.askUnlessGone("/v3/lease/revoke", object().put("ID", Long.toString(lease)));
    }

    /**
     * Watches all keys that begin with this, until closed. Whatever becomes of etcd's members meanwhile, what the observer is told
     * last is how things are.
     *
     * @param observer is called on a thread of the watch
     */
    public EtcdWatch watch(String prefix, EtcdWatch.Observer observer) {
        return EtcdWatch.start(this, gateway, options.prefix() + prefix, prefix, observer);
    }

    /** An entry as etcd shows it, in an answer or an event. */
    Entry entry(JsonNode kv) {
        return new Entry(
                KeyText.decoded(kv, "key").substring(options.prefix().length()),
                KeyText.decoded(kv, "value"),
                kv.path("mod_revision").asLong(),
                kv.path("lease").asLong());
    }

    static long revision(JsonNode answer) {
        return answer.path("header").path("revision").asLong();
    }

    private static ObjectNode object() {
        return Gateway.JSON.createObjectNode();
    }

    /** Ends what is under way; watches are to be closed before. */
    @Override
    public void close() {
        gateway.close();
    }
}

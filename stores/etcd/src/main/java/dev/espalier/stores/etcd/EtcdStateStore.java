package dev.espalier.stores.etcd;

import dev.espalier.stores.etcd.EtcdKeys.Contents;
import dev.espalier.stores.state.StateStore;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A {@link StateStore} in etcd: every write is a transaction that compares the key's revision. Reads are linearizable, so they see
 * everything that was written before they began, by whichever member.
 */
public final class EtcdStateStore implements StateStore {

    private final EtcdKeys keys;

    /** What was listed last, by prefix, so that only what has changed need be asked for. */
    private final Map<String, Contents> listed = new ConcurrentHashMap<>();

    /** Nothing is asked yet. */
    public EtcdStateStore(EtcdOptions options) {
        this.keys = new EtcdKeys(options);
    }

    @Override
    public @Nullable Document get(String key) {
        EtcdKeys.Entry found = keys.get(key);
        return found == null ? null : document(found);
    }

    @Override
    public List<Document> list(String prefix) {
        Contents before = listed.get(prefix);
        Contents now = before == null ? keys.list(prefix) : keys.list(prefix, before);
        listed.put(prefix, now);
        return now.entries().values().stream().map(EtcdStateStore::document).toList();
    }

    private static Document document(EtcdKeys.Entry entry) {
        return new Document(entry.key(), entry.value(), entry.revision());
    }

    @Override
    public long put(String key, String value, long expected) {
        return keys.put(key, value, expected, EtcdKeys.FOREVER);
    }

    @Override
    public boolean delete(String key, long expected) {
        return keys.delete(key, expected);
    }

    @Override
    public void close() {
        keys.close();
    }
}

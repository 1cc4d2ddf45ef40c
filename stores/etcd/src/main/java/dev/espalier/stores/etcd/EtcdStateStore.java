package dev.espalier.stores.etcd;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.stores.state.StateStore;
import dev.espalier.stores.state.StateStoreException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A {@link StateStore} in etcd: every write is a transaction that compares the key's revision. Reads are linearizable, so they see
 * everything that was written before they began, by whichever member.
 */
public final class EtcdStateStore implements StateStore {

    private final EtcdOptions options;
    private final Gateway gateway;

    /** Nothing is asked yet. */
    public EtcdStateStore(EtcdOptions options) {
        this.options = options;
        this.gateway = new Gateway(options);
    }

    @Override
    public @Nullable Document get(String key) {
        List<Document> found = range(object().put("key", encoded(key)));
        return found.isEmpty() ? null : found.getFirst();
    }

    @Override
    public List<Document> list(String prefix) {
        byte[] first = octets(prefix);
        return range(object().put("key", base64(first)).put("range_end", base64(after(first))));
    }

    private List<Document> range(ObjectNode question) {
        List<Document> found = new ArrayList<>();
        for (JsonNode entry : gateway.ask("/v3/kv/range", question, true).path("kvs")) {
            String key = decoded(entry, "key");
            found.add(new Document(
                    key.substring(options.prefix().length()),
                    decoded(entry, "value"),
                    entry.path("mod_revision").asLong()));
        }
        return found;
    }

    @Override
    public long put(String key, String value, long expected) {
        ObjectNode order = object();
        order.putObject("request_put")
                .put("key", encoded(key))
                .put("value", base64(value.getBytes(StandardCharsets.UTF_8)));
        JsonNode answer = transact(key, expected, order);
        return answer.path("succeeded").asBoolean()
                ? answer.path("header").path("revision").asLong()
                : ABSENT;
    }

    @Override
    public boolean delete(String key, long expected) {
        if (expected == ABSENT) {
            return false;
        }
        ObjectNode order = object();
        order.putObject("request_delete_range").put("key", encoded(key));
        return transact(key, expected, order).path("succeeded").asBoolean();
    }

    /** Carries out an order if the key was last written in a revision; 0 is that of a key that does not exist. */
    private JsonNode transact(String key, long expected, ObjectNode order) {
        ObjectNode question = object();
        question.putArray("compare")
                .addObject()
                .put("key", encoded(key))
                .put("target", "MOD")
                .put("result", "EQUAL")
                .put("mod_revision", Long.toString(expected));
        question.putArray("success").add(order);
        return gateway.ask("/v3/kv/txn", question, false);
    }

    private static ObjectNode object() {
        return Gateway.JSON.createObjectNode();
    }

    private String encoded(String key) {
        return base64(octets(key));
    }

    private byte[] octets(String key) {
        return (options.prefix() + key).getBytes(StandardCharsets.UTF_8);
    }

    private static String base64(byte[] octets) {
        return Base64.getEncoder().encodeToString(octets);
    }

    private static String decoded(JsonNode entry, String field) {
        try {
            return new String(Base64.getDecoder().decode(entry.path(field).asText()), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notBase64) {
            throw new StateStoreException("etcd answered with a " + field + " that is not base64", notBase64);
        }
    }

    /** The end of the range of all keys that begin with these octets: the last octet raised by one. */
    private static byte[] after(byte[] first) {
        byte[] end = first.clone();
        for (int i = end.length - 1; i >= 0; i--) {
            if (end[i] != (byte) 0xFF) {
                end[i]++;
                return Arrays.copyOf(end, i + 1);
            }
        }
        return new byte[] {0}; // to the very end
    }

    @Override
    public void close() {
        gateway.close();
    }
}

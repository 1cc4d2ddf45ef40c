package dev.espalier.stores.etcd;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.stores.state.StateStoreException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/** Keys and values as etcd's JSON gateway spells them: the octets of UTF-8, in base64. */
final class KeyText {

    private KeyText() {}

    static String encoded(String text) {
        return base64(octets(text));
    }

    /** Names, in a question, all keys that begin so. */
    static ObjectNode within(ObjectNode question, String prefix) {
        byte[] first = octets(prefix);
        return question.put("key", base64(first)).put("range_end", base64(after(first)));
    }

    static String decoded(JsonNode entry, String field) {
        try {
            return new String(Base64.getDecoder().decode(entry.path(field).asText()), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notBase64) {
            throw new StateStoreException("etcd answered with a " + field + " that is not base64", notBase64);
        }
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String base64(byte[] octets) {
        return Base64.getEncoder().encodeToString(octets);
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
}

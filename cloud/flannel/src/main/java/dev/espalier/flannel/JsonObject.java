package dev.espalier.flannel;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An object of JSON as Go reads it: the case of names does not matter, and null is as good as absent.
 *
 * @param node the object
 * @param what to call it in errors
 */
record JsonObject(JsonNode node, String what) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** @throws FlannelFormatException when it is no object */
    JsonObject {
        if (!node.isObject()) {
            throw new FlannelFormatException(what + " is no JSON object");
        }
    }

    static JsonObject parse(String text, String what) {
        try {
            return new JsonObject(JSON.readTree(text), what);
        } catch (JsonProcessingException malformed) {
            throw new FlannelFormatException(what + " is no JSON: " + malformed.getOriginalMessage());
        }
    }

    @Nullable
    JsonNode get(String name) {
        JsonNode found = node.get(name);
        if (found == null) {
            for (Map.Entry<String, JsonNode> field : node.properties()) {
                found = field.getKey().equalsIgnoreCase(name) ? field.getValue() : found;
            }
        }
        return found == null || found.isNull() ? null : found;
    }

    @Nullable
    String text(String name) {
        JsonNode value = get(name);
        if (value != null && !value.isTextual()) {
            throw new FlannelFormatException(name + " must be text, not " + value);
        }
        return value == null ? null : value.asText();
    }

    int number(String name, int otherwise) {
        JsonNode value = get(name);
        if (value != null && !value.canConvertToInt()) {
            throw new FlannelFormatException(name + " must be a number, not " + value);
        }
        return value == null ? otherwise : value.asInt();
    }

    boolean flag(String name, boolean otherwise) {
        JsonNode value = get(name);
        if (value != null && !value.isBoolean()) {
            throw new FlannelFormatException(name + " must be true or false, not " + value);
        }
        return value == null ? otherwise : value.asBoolean();
    }
}

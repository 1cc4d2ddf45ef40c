package dev.espalier.cni;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.cni.CniException.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads the fields of a JSON object, and says by its name which one is not what it must be. */
final class Fields {

    private final JsonNode object;
    private final String path;

    private Fields(JsonNode object, String path) {
        this.object = object;
        this.path = path;
    }

    /** The fields of a whole document. */
    static Fields of(JsonNode document) {
        if (!document.isObject()) {
            throw new CniException(
                    Code.DECODING,
                    "the configuration on standard input is no JSON object",
                    "it begins with " + kind(document));
        }
        return new Fields(document, "");
    }

    private static String kind(JsonNode node) {
        return node.isMissingNode()
                ? "nothing"
                : "a " + node.getNodeType().toString().toLowerCase(java.util.Locale.ROOT);
    }

    private String name(String field) {
        return path.isEmpty() ? field : path + "." + field;
    }

    private CniException wrong(String field, String expected) {
        return new CniException(
                Code.BAD_CONFIGURATION, name(field) + " must be " + expected, "it is " + object.path(field));
    }

    /** Whether the field is there and not null. */
    boolean has(String field) {
        return object.hasNonNull(field);
    }

    /** A string; empty when it is absent. */
    String text(String field) {
        if (!has(field)) {
            return "";
        }
        if (!object.path(field).isTextual()) {
            throw wrong(field, "a string");
        }
        return object.path(field).asText();
    }

    /** A whole number in a range; the one given when it is absent. */
    long number(String field, long least, long most, long otherwise) {
        if (!has(field)) {
            return otherwise;
        }
        JsonNode value = object.path(field);
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.asLong() < least || value.asLong() > most) {
            throw wrong(field, "a number from " + least + " to " + most);
        }
        return value.asLong();
    }

    /** True or false; the one given when it is absent. */
    boolean flag(String field, boolean otherwise) {
        if (!has(field)) {
            return otherwise;
        }
        if (!object.path(field).isBoolean()) {
            throw wrong(field, "true or false");
        }
        return object.path(field).asBoolean();
    }

    /** An object; without fields when it is absent. */
    Fields object(String field) {
        JsonNode value = object.path(field);
        if (has(field) && !value.isObject()) {
            throw wrong(field, "an object");
        }
        return new Fields(value, name(field));
    }

    /** The objects of a list; none when it is absent. */
    List<Fields> objects(String field) {
        return elements(field, "objects", JsonNode::isObject).stream()
                .map(each -> new Fields(object.path(field).path(each), name(field) + "[" + each + "]"))
                .toList();
    }

    /** The strings of a list; none when it is absent. */
    List<String> texts(String field) {
        return elements(field, "strings", JsonNode::isTextual).stream()
                .map(each -> object.path(field).path(each).asText())
                .toList();
    }

    private List<Integer> elements(String field, String what, Function<JsonNode, Boolean> fits) {
        List<Integer> positions = new ArrayList<>();
        if (!has(field)) {
            return positions;
        }
        if (!object.path(field).isArray()) {
            throw wrong(field, "a list of " + what);
        }
        for (JsonNode each : object.path(field)) {
            if (!fits.apply(each)) {
                throw wrong(field, "a list of " + what);
            }
            positions.add(positions.size());
        }
        return positions;
    }

    /** What the field says, read by one who throws when it makes no sense; null when it is absent. */
    <T> @Nullable T parsed(String field, String expected, Function<String, T> parser) {
        if (!has(field)) {
            return null;
        }
        try {
            return parser.apply(text(field));
        } catch (IllegalArgumentException senseless) {
            throw wrong(field, expected);
        }
    }

    /** The same where it must be there. */
    <T> T required(String field, String expected, Function<String, T> parser) {
        T value = parsed(field, expected, parser);
        if (value == null) {
            throw new CniException(Code.BAD_CONFIGURATION, name(field) + " is missing", "it must be " + expected);
        }
        return value;
    }

    /** The field as it stands; a missing node when it is absent. */
    JsonNode raw(String field) {
        return object.path(field);
    }
}

package dev.espalier.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An object from the daemon's answer, as the API's description has it. A property that is missing reads like one that is null, so
 * that a new command line understands an old daemon.
 *
 * @param fields strings, {@code Long} or {@code Double}, {@code Boolean}, lists, maps and nulls, in the order of the answer
 */
record JsonObject(Map<String, @Nullable Object> fields) {

    /** Whether there is a value that is not null. */
    boolean has(String name) {
        return fields.get(name) != null;
    }

    /** A value as text; empty when there is none. */
    String text(String name) {
        Object value = fields.get(name);
        return value == null ? "" : value.toString();
    }

    /** A number; 0 when there is none. */
    long number(String name) {
        return fields.get(name) instanceof Number number ? number.longValue() : 0;
    }

    /** Whether the value is true. */
    boolean is(String name) {
        return Boolean.TRUE.equals(fields.get(name));
    }

    /** A list of values as texts; empty when there is none. */
    List<String> texts(String name) {
        return fields.get(name) instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of();
    }

    /** A list of objects; empty when there is none. */
    List<JsonObject> objects(String name) {
        return list(fields.get(name));
    }

    /** An object within; one without properties when there is none. */
    JsonObject object(String name) {
        return of(fields.get(name)).orElse(new JsonObject(Map.of()));
    }

    /** The objects in a list, if the value is one. */
    static List<JsonObject> list(@Nullable Object value) {
        List<JsonObject> objects = new ArrayList<>();
        if (value instanceof List<?> list) {
            list.forEach(item -> of(item).ifPresent(objects::add));
        }
        return objects;
    }

    /** The value as an object, if it is one. */
    static Optional<JsonObject> of(@Nullable Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            return Optional.empty();
        }
        // JSON has no keys but strings, and JsonReader is the only one who makes these maps.
        @SuppressWarnings("unchecked")
        Map<String, @Nullable Object> fields = (Map<String, @Nullable Object>) map;
        return Optional.of(new JsonObject(fields));
    }
}

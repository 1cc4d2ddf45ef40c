package dev.espalier.objects.document;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A value in a document, which knows its place. What a scalar means (a number, an address) is left to whoever decodes it, so
 * that {@code 1.10} may be an AS number and {@code 10.0.0.0/8} a prefix. Immutable.
 */
public sealed interface Value {

    /** Where it begins. */
    Place place();

    /** What people call it: {@code a list}, {@code a mapping}, {@code text}, {@code a number}, {@code true}, {@code nothing}. */
    String words();

    /** How the text of a scalar came about. */
    enum Form {
        /** Written without quotes: may be a number, a truth value or nothing, if it looks like one. */
        PLAIN,
        /** Written with quotes, or as a block: text. */
        QUOTED,
        /** What a template became: whatever is asked for. */
        EXPANDED,
        /** A template of an object that is for other nodes: its value is not known here, and nobody asks. */
        DEFERRED
    }

    /**
     * A single value.
     *
     * @param text as written, quotes and escapes undone
     * @param form how it was written
     */
    record Scalar(Place place, String text, Form form) implements Value {

        /** Whether this may be a whole number: digits only, perhaps with a sign. */
        public boolean isNumber() {
            return form != Form.QUOTED && text.matches("[-+]?[0-9]+");
        }

        /** Whether this is {@code true} or {@code false}. */
        public boolean isBoolean() {
            return form != Form.QUOTED && (text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false"));
        }

        /** Whether this is no value at all: empty, {@code null} or {@code ~}. */
        public boolean isNothing() {
            return form == Form.PLAIN && (text.isEmpty() || text.equals("~") || text.equalsIgnoreCase("null"));
        }

        @Override
        public String words() {
            if (isNothing()) {
                return "nothing";
            }
            return isBoolean() ? text : isNumber() ? "a number" : "text";
        }

        /** Without its text, which may be a password. */
        @Override
        public String toString() {
            return (isNothing() ? "nothing" : isNumber() ? "a number" : "text") + " at " + place;
        }
    }

    /**
     * A list.
     *
     * @param items in the order written
     */
    record Listing(Place place, List<Value> items) implements Value {
        /** Keeps a copy of the list. */
        public Listing {
            items = List.copyOf(items);
        }

        @Override
        public String words() {
            return "a list";
        }
    }

    /**
     * Fields by name.
     *
     * @param entries in the order written
     */
    record Mapping(Place place, Map<String, Entry> entries) implements Value {
        /** Keeps a copy of the map, in its order. */
        public Mapping {
            entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        }

        /** The value of a field, or null. */
        public @Nullable Value get(String field) {
            Entry entry = entries.get(field);
            return entry == null ? null : entry.value();
        }

        @Override
        public String words() {
            return "a mapping";
        }
    }

    /**
     * A field.
     *
     * @param key where its name stands
     * @param value what it holds
     */
    record Entry(Place key, Value value) {}

    /**
     * The place of a field below this value, by a path such as {@code spec.statements[2].name}; where there is no such field,
     * the place of the nearest thing around it that is there.
     */
    default Place placeOf(String path) {
        Value here = this;
        for (String step : path.replace("[", ".[").split("\\.", -1)) {
            Value next = step.startsWith("[") ? here.item(step) : here.field(step);
            if (next == null) {
                return here.place();
            }
            here = next;
        }
        return here.place();
    }

    private @Nullable Value item(String step) {
        int index = Integer.parseInt(step, 1, step.length() - 1, 10);
        return this instanceof Listing listing && index < listing.items().size()
                ? listing.items().get(index)
                : null;
    }

    private @Nullable Value field(String step) {
        return this instanceof Mapping mapping ? mapping.get(step) : null;
    }
}

package dev.espalier.objects.decode;

import dev.espalier.objects.document.Place;
import dev.espalier.objects.document.Value;
import dev.espalier.policy.NearestName;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a mapping while a record is made of it. Each field that is asked for becomes known; when all were asked for,
 * what is left over is unknown and reported. Whoever decodes goes on after an error, with a stand-in for what could not be
 * read, so that one pass finds every error; a record with stand-ins is never used.
 */
public final class Fields {

    private final Value.Mapping mapping;
    private final Context context;
    private final Set<String> known = new LinkedHashSet<>();

    Fields(Value.Mapping mapping, Context context) {
        this.mapping = mapping;
        this.context = context;
    }

    /** A field that may be absent: null when it is, and after an error. */
    public <T> @Nullable T optional(String name, Decoder<T> decoder) {
        known.add(name);
        Value value = mapping.get(name);
        if (value == null || value instanceof Value.Scalar scalar && scalar.form() == Value.Form.DEFERRED) {
            return null;
        }
        Context here = context.field(name);
        if (value instanceof Value.Scalar scalar && scalar.isNothing()) {
            here.error(value.place(), "is given, but has no value", "give it one, or remove the line");
            return null;
        }
        return decoder.decode(value, here);
    }

    /**
     * A field that may be absent.
     *
     * @param fallback its default
     */
    public <T> T optional(String name, Decoder<T> decoder, T fallback) {
        T value = optional(name, decoder);
        return value == null ? fallback : value;
    }

    /**
     * A field that must be there.
     *
     * @param standIn what takes its place after an error was reported
     */
    public <T> T required(String name, Decoder<T> decoder, T standIn) {
        if (!has(name)) {
            context.error(mapping.place(), "the field '" + name + "' is missing", "");
        }
        return optional(name, decoder, standIn);
    }

    /** Whether the field is there, whatever it holds. */
    public boolean has(String name) {
        return mapping.get(name) != null;
    }

    /** Reports an error at a field that is there, or at the mapping when it is not. */
    public void error(String name, String message, String hint) {
        context.field(name).error(keyOf(name), message, hint);
    }

    /** Reports an error at the second of two fields that are both there but exclude each other. */
    public void exclude(String first, String second, String because) {
        if (has(first) && has(second)) {
            boolean inOrder = keyOf(first).compareTo(keyOf(second)) < 0;
            String later = inOrder ? second : first;
            error(later, "cannot be given together with '" + (inOrder ? first : second) + "'", because);
        }
    }

    /** Reports an error unless exactly one of these fields is there; each of them must be asked for elsewhere. */
    public void exactlyOneOf(String... names) {
        List<String> given = List.of(names).stream().filter(this::has).toList();
        String all = String.join(", ", names);
        if (given.isEmpty()) {
            context.error(mapping.place(), "exactly one of " + all + " must be given", "");
        } else if (given.size() > 1) {
            String last = given.stream().max(Comparator.comparing(this::keyOf)).orElseThrow();
            error(last, "exactly one of " + all + " must be given, not " + String.join(" and ", given), "");
        }
    }

    /** Where the name of a field stands; the mapping's place when it is not there. */
    private Place keyOf(String name) {
        Value.Entry entry = mapping.entries().get(name);
        return entry == null ? mapping.place() : entry.key();
    }

    /** Reports every field that nobody asked for. */
    void refuseUnknown() {
        for (Map.Entry<String, Value.Entry> entry : mapping.entries().entrySet()) {
            if (!known.contains(entry.getKey())) {
                String where = context.path().isEmpty() ? "an object" : "'" + context.path() + "'";
                context.field(entry.getKey())
                        .error(
                                entry.getValue().key(),
                                "is not a field of " + where,
                                NearestName.hint(entry.getKey(), known, 8));
            }
        }
    }
}

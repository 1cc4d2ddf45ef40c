package dev.espalier.objects.decode;

import dev.espalier.objects.document.Value;
import dev.espalier.policy.NearestName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The decoders from which all others are put together. */
public final class Decoders {

    private Decoders() {}

    /** Text that is not empty. */
    public static final Decoder<String> TEXT = (value, context) -> {
        if (!(value instanceof Value.Scalar scalar)) {
            wrongType(value, context, "text", "");
            return null;
        }
        boolean text = scalar.form() == Value.Form.EXPANDED || !scalar.isNumber() && !scalar.isBoolean();
        if (!text) {
            wrongType(value, context, "text", "put it in quotes: \"" + scalar.text() + "\"");
            return null;
        }
        if (scalar.text().isBlank()) {
            context.error(value.place(), "must not be empty", "");
            return null;
        }
        return scalar.text();
    };

    /** {@code true} or {@code false}. */
    public static final Decoder<Boolean> BOOLEAN = (value, context) -> {
        if (value instanceof Value.Scalar scalar && scalar.isBoolean()) {
            return Boolean.valueOf(scalar.text());
        }
        wrongType(value, context, "true or false", hintForBoolean(value));
        return null;
    };

    /** Older YAML knew more words for the two. */
    private static String hintForBoolean(Value value) {
        String text = value instanceof Value.Scalar scalar ? scalar.text().toLowerCase(Locale.ROOT) : "";
        return switch (text) {
            case "yes", "on", "true" -> "write true, without quotes";
            case "no", "off", "false" -> "write false, without quotes";
            default -> "";
        };
    }

    /**
     * A whole number.
     *
     * @param unit what it counts, such as {@code seconds}; empty when it counts nothing
     */
    public static Decoder<Long> number(long min, long max, String unit) {
        String what = unit.isEmpty() ? "a whole number" : "a whole number of " + unit;
        return (value, context) -> {
            if (!(value instanceof Value.Scalar scalar) || !scalar.isNumber()) {
                wrongType(value, context, what, hintForNumber(value));
                return null;
            }
            Long number = parse(scalar.text());
            if (number == null || number < min || number > max) {
                context.error(value.place(), "must be " + min + " to " + max + ", not " + scalar.text(), "");
                return null;
            }
            return number;
        };
    }

    /** A whole number that fits an int. */
    public static Decoder<Integer> integer(int min, int max, String unit) {
        Decoder<Long> number = number(min, max, unit);
        return (value, context) -> {
            Long decoded = number.decode(value, context);
            return decoded == null ? null : decoded.intValue();
        };
    }

    private static @Nullable Long parse(String digits) {
        try {
            return Long.valueOf(digits);
        } catch (NumberFormatException tooLarge) {
            return null; // the pattern of a number was checked before: it is out of every range
        }
    }

    private static String hintForNumber(Value value) {
        if (!(value instanceof Value.Scalar scalar)) {
            return "";
        }
        if (scalar.text().matches("[0-9]+")) {
            return "remove the quotes";
        }
        return scalar.text().matches("[0-9]+ ?[a-z]+") ? "write the number alone, without a unit" : "";
    }

    /**
     * What a parser makes of a scalar's text.
     *
     * @param what what it is, for the error about a list or a mapping: {@code an IP address}
     * @param parser throws IllegalArgumentException with a sentence for people
     */
    public static <T> Decoder<T> parsed(String what, Function<String, T> parser) {
        return (value, context) -> {
            if (!(value instanceof Value.Scalar scalar)) {
                wrongType(value, context, what, "");
                return null;
            }
            try {
                return parser.apply(scalar.text());
            } catch (IllegalArgumentException refused) {
                context.error(value.place(), String.valueOf(refused.getMessage()), "");
                return null;
            }
        };
    }

    /** One of a few words. */
    public static <T> Decoder<T> choice(Map<String, T> words) {
        List<String> names = words.keySet().stream().sorted().toList();
        String oneOf = (names.size() == 1 ? "" : "one of ") + String.join(", ", names);
        return (value, context) -> {
            if (!(value instanceof Value.Scalar scalar)) {
                wrongType(value, context, oneOf, "");
                return null;
            }
            T chosen = words.get(scalar.text());
            if (chosen == null) {
                context.error(
                        value.place(),
                        "'" + scalar.text() + "' is not " + oneOf,
                        NearestName.hint(scalar.text(), names, 0));
            }
            return chosen;
        };
    }

    /** A list, possibly empty. Items that are wrong are reported and left out. */
    public static <T> Decoder<List<T>> listOf(Decoder<T> item) {
        return (value, context) -> {
            if (!(value instanceof Value.Listing listing)) {
                String hint = value instanceof Value.Scalar scalar ? "write [" + scalar.text() + "]" : "";
                wrongType(value, context, "a list", hint);
                return null;
            }
            List<T> items = new ArrayList<>();
            for (int i = 0; i < listing.items().size(); i++) {
                T decoded = element(item, listing.items().get(i), context.item(i));
                if (decoded != null) {
                    items.add(decoded);
                }
            }
            return items;
        };
    }

    /** A list that holds something. */
    public static <T> Decoder<List<T>> someOf(Decoder<T> item) {
        Decoder<List<T>> list = listOf(item);
        return (value, context) -> {
            if (value instanceof Value.Listing listing && listing.items().isEmpty()) {
                context.error(value.place(), "must not be an empty list", "");
                return null;
            }
            return list.decode(value, context);
        };
    }

    private static <T> @Nullable T element(Decoder<T> item, Value value, Context context) {
        if (value instanceof Value.Scalar scalar && scalar.form() == Value.Form.DEFERRED) {
            return null;
        }
        if (value instanceof Value.Scalar scalar && scalar.isNothing()) {
            context.error(value.place(), "is an empty item", "give it a value, or remove it");
            return null;
        }
        return item.decode(value, context);
    }

    /** Text by name: labels and annotations. */
    public static final Decoder<Map<String, String>> TEXT_BY_NAME = (value, context) -> {
        if (!(value instanceof Value.Mapping mapping)) {
            wrongType(value, context, "a mapping of names to text", "");
            return null;
        }
        Map<String, String> texts = new LinkedHashMap<>();
        mapping.entries().forEach((name, entry) -> {
            Context here = context.field(name);
            // Kubernetes allows an empty label, so this is not TEXT; but like there, a number needs quotes
            if (entry.value() instanceof Value.Scalar scalar && scalar.text().isEmpty() && !scalar.isNothing()) {
                texts.put(name, "");
            } else {
                String text = TEXT.decode(entry.value(), here);
                texts.put(name, text == null ? "" : text);
            }
        });
        return texts;
    };

    /** A mapping with known fields. */
    public static <T> Decoder<T> object(Function<Fields, T> maker) {
        return (value, context) -> {
            if (!(value instanceof Value.Mapping mapping)) {
                wrongType(value, context, "a mapping", "");
                return null;
            }
            Fields fields = new Fields(mapping, context);
            T made = maker.apply(fields);
            fields.refuseUnknown();
            return made;
        };
    }

    private static void wrongType(Value value, Context context, String wanted, String hint) {
        context.error(value.place(), "must be " + wanted + ", not " + value.words(), hint);
    }
}

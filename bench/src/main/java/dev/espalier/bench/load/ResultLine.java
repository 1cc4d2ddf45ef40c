package dev.espalier.bench.load;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A line of what {@code bench/run} writes: one phase of one run, as {@link PhaseResult#json} says it, or the machine. Immutable.
 *
 * @param fields by name, as text
 */
record ResultLine(Map<String, String> fields) {

    /** A phase is over half a second after everybody was right, and until then the CPU of others is counted. */
    private static final double TAIL_SECONDS = 0.5;

    /** Of what we write ourselves: one flat object a line. */
    private static final Pattern FIELD = Pattern.compile("\"(\\w+)\":(?:\"([^\"]*)\"|([-\\w.]+))");

    /** Reads one line. */
    static ResultLine of(String text) {
        Map<String, String> fields = new LinkedHashMap<>();
        Matcher matcher = FIELD.matcher(text);
        while (matcher.find()) {
            fields.put(matcher.group(1), Optional.ofNullable(matcher.group(2)).orElse(matcher.group(3)));
        }
        return new ResultLine(fields);
    }

    /** Whether it says how a phase went. */
    boolean isPhase() {
        return has("phase");
    }

    boolean has(String field) {
        return fields.containsKey(field);
    }

    /** The field; empty when it is not there. */
    String text(String field) {
        return fields.getOrDefault(field, "");
    }

    /** The field; 0 when it is not there. */
    double number(String field) {
        return Double.parseDouble(fields.getOrDefault(field, "0"));
    }

    /** The scenario, with its size where that is not the usual one: {@code S1}, {@code S1:10000} or {@code S4:50x100}. */
    String scenario() {
        Scenario usual = Scenario.named(text("scenario"));
        boolean feeders = has("feeders") && number("feeders") != usual.feeders();
        boolean each = has("each") && number("each") != usual.prefixes();
        if (feeders) {
            return usual.name() + ":" + text("feeders") + "x" + text("each");
        }
        return each ? usual.name() + ":" + text("each") : usual.name();
    }

    boolean isRight() {
        return text("ok").equals("true");
    }

    /** CPU that others used, in cores. The kernel counts in hundredths of a second. */
    double noise() {
        return number("foreign_cpu_s") / (number("seconds") + TAIL_SECONDS);
    }
}

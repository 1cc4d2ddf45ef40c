package dev.espalier.cli;

import dev.espalier.cli.Style.Tone;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a configuration changes, for people. */
final class PlanText {

    private final PrintWriter out;
    private final Style style;

    PlanText(PrintWriter out, Style style) {
        this.out = out;
        this.style = style;
    }

    /** The answer as an object. */
    static JsonObject planOf(@Nullable Object answer) {
        return JsonObject.of(answer).orElse(new JsonObject(Map.of()));
    }

    /** Of {@code validate}, where everything is new. */
    void validation(Path configuration, JsonObject plan) {
        if (plan.is("valid")) {
            out.println(configuration + " is valid. On this node it comes to:");
            list(plan.objects("changes"), "nothing");
            warnings(plan);
        } else {
            errors(plan);
        }
    }

    /** Of {@code plan}: what would be. */
    void intention(JsonObject plan) {
        changes(plan, "Nothing would change.", " would be made:");
    }

    /** Of {@code reload}: what was done. */
    void outcome(JsonObject plan) {
        changes(plan, "Nothing has changed.", " made:");
    }

    private void changes(JsonObject plan, String nothing, String made) {
        List<JsonObject> changes = plan.objects("changes");
        if (!plan.is("valid")) {
            errors(plan);
        } else if (changes.isEmpty()) {
            out.println(nothing);
        } else {
            out.println(Words.count(changes.size(), "change") + made);
            list(changes, "");
        }
        warnings(plan);
    }

    private void warnings(JsonObject plan) {
        plan.objects("warnings")
                .forEach(warning ->
                        out.println(style.paint("Note: " + Words.wrap(warning.text("text"), 4), Tone.WARNING)));
    }

    private void list(List<JsonObject> changes, String otherwise) {
        if (changes.isEmpty()) {
            out.println("  " + otherwise);
        }
        changes.forEach(change -> out.println("  " + style.paint(Words.wrap(change.text("text"), 4), tone(change))));
    }

    /** What a neighbour would notice is to be looked at twice. */
    private static Tone tone(JsonObject change) {
        return switch (change.text("effect")) {
            case "session-reset", "session-ended", "router-restarted" -> Tone.WARNING;
            default -> Tone.PLAIN;
        };
    }

    private void errors(JsonObject plan) {
        List<JsonObject> errors = plan.objects("errors");
        out.println(style.paint("The configuration has " + Words.count(errors.size(), "error") + ":", Tone.BAD));
        errors.forEach(error -> out.println("  " + Words.wrap(error.text("text"), 4)));
    }
}

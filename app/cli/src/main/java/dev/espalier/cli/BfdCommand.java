package dev.espalier.cli;

import dev.espalier.cli.Style.Tone;
import dev.espalier.cli.Table.Cell;
import dev.espalier.cli.Table.Column;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code espalier bfd}. */
@Command(
        name = "bfd",
        mixinStandardHelpOptions = true,
        description = "Show the BFD sessions: which paths are watched, how closely, and how they are.",
        footer = {
            "",
            "Sends is how often we send, detects how long the peer may be silent. Beneath the table stands what",
            "keeps a session down.",
            "",
            "Examples:",
            "  espalier bfd",
            "  espalier bfd -o json"
        })
final class BfdCommand extends ClientCommand {

    /** For picocli. */
    BfdCommand() {}

    @Override
    public Integer call() {
        return show("/bfd", Map.of(), this::print);
    }

    private void print(@Nullable Object answer) {
        JsonObject report = JsonObject.of(answer).orElse(new JsonObject(Map.of()));
        List<JsonObject> sessions = report.objects("sessions");
        if (sessions.isEmpty()) {
            out().println("No path is watched: no peer has a bfdProfile.");
        }
        Table table = new Table(
                out(),
                style(),
                List.of(
                        Column.left("Peer"),
                        Column.left("Users"),
                        Column.left("Hops"),
                        Column.left("State"),
                        Column.right("Since"),
                        Column.right("Sends"),
                        Column.right("Detects"),
                        Column.right("Came up")));
        sessions.forEach(session -> table.row(row(session)));
        table.end();
        sessions.forEach(this::why);
        JsonObject discarded = report.object("discarded");
        for (String reason : discarded.fields().keySet()) {
            out().println(Words.wrap(
                    Words.count(discarded.number(reason), "packet") + " discarded, the reason each time: " + reason,
                    2));
        }
    }

    private static List<Cell> row(JsonObject session) {
        return List.of(
                Cell.of(session.text("peer") + (session.has("link") ? "%" + session.text("link") : "")),
                Cell.of(session.objects("users").stream()
                        .map(user -> user.text("peer"))
                        .collect(Collectors.joining(", "))),
                Cell.of(session.is("multihop") ? "multi" : "one"),
                new Cell(session.text("state"), tone(session)),
                Cell.of(Words.duration(session.number("sinceSeconds"))),
                Cell.of(millis(session, "transmitMillis")),
                Cell.of(millis(session, "detectionMillis")),
                Cell.of(session.number("timesUp")));
    }

    /** The colour of a state. */
    static Tone tone(JsonObject session) {
        return session.text("state").equals("Up") ? Tone.GOOD : Tone.BAD;
    }

    /** A time such as {@code 150ms}, or a dash where there is none. */
    static String millis(JsonObject session, String name) {
        String text = session.text(name);
        String whole = text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
        return whole.isEmpty() || whole.equals("0") ? "-" : whole + "ms";
    }

    /** What keeps a session down; also what may take one down that is up. */
    static String reason(JsonObject session) {
        if (session.has("problem")) {
            return session.text("problem");
        }
        return session.text("state").equals("Up") ? "" : session.text("lastDown");
    }

    private void why(JsonObject session) {
        String reason = reason(session);
        if (!reason.isEmpty()) {
            out().println(Words.wrap(session.text("peer") + ": " + reason, 2));
        }
    }
}

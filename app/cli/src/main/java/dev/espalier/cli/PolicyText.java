package dev.espalier.cli;

import dev.espalier.cli.Style.Tone;
import dev.espalier.cli.Table.Cell;
import dev.espalier.cli.Table.Column;
import java.io.PrintWriter;
import java.util.List;

/** What a policy makes of a route, for people. */
final class PolicyText {

    private static final String NOTHING = "-";

    private final PrintWriter out;
    private final Style style;

    PolicyText(PrintWriter out, Style style) {
        this.out = out;
        this.style = style;
    }

    void print(JsonObject answer) {
        boolean accepted = answer.is("accepted");
        out.println(answer.text("prefix") + " is "
                + style.paint(accepted ? "accepted" : "rejected", accepted ? Tone.GOOD : Tone.BAD) + ": "
                + answer.text("because"));
        List<JsonObject> trace = answer.objects("trace");
        if (!trace.isEmpty()) {
            out.println();
            statements(trace);
        }
        out.println();
        attributes(answer.objects("attributes"), accepted);
    }

    private void statements(List<JsonObject> trace) {
        Table table = new Table(
                out,
                style,
                List.of(Column.left("Policy"), Column.left("Statement"), Column.left("Matches"), Column.left("Why")));
        for (JsonObject step : trace) {
            boolean matched = step.is("matched");
            table.row(List.of(
                    Cell.of(step.text("policy")),
                    step.has("statement") ? Cell.of(step.text("statement")) : new Cell("(default)", Tone.FAINT),
                    new Cell(matched ? "yes" : "no", matched ? Tone.GOOD : Tone.FAINT),
                    Cell.of(step.text("detail"))));
        }
        table.end();
    }

    /** A rejected route has no attributes afterwards, which is no change of any of them. */
    private void attributes(List<JsonObject> attributes, boolean accepted) {
        List<Column> columns = accepted
                ? List.of(Column.left(""), Column.left("Attribute"), Column.left("Before"), Column.left("After"))
                : List.of(Column.left(""), Column.left("Attribute"), Column.left("Value"));
        Table table = new Table(out, style, columns);
        for (JsonObject attribute : attributes) {
            String before = attribute.has("before") ? attribute.text("before") : NOTHING;
            String after = attribute.has("after") ? attribute.text("after") : NOTHING;
            if (!accepted) {
                table.row(List.of(Cell.of(""), Cell.of(attribute.text("name")), Cell.of(before)));
                continue;
            }
            boolean changed = !before.equals(after);
            Tone tone = changed ? Tone.WARNING : Tone.PLAIN;
            table.row(List.of(
                    Cell.of(changed ? "*" : ""),
                    Cell.of(attribute.text("name")),
                    Cell.of(before),
                    new Cell(after, tone)));
        }
        table.end();
    }
}

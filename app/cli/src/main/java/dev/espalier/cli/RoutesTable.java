package dev.espalier.cli;

import dev.espalier.cli.Style.Tone;
import dev.espalier.cli.Table.Cell;
import dev.espalier.cli.Table.Column;
import java.io.PrintWriter;
import java.util.List;
import java.util.Set;

/** Routes as operators know them. */
final class RoutesTable {

    private final Table table;
    private final Set<String> sharedNames;
    private boolean empty = true;

    /** @param sharedNames names of peers that stand for more than one neighbour */
    RoutesTable(PrintWriter out, Style style, Set<String> sharedNames) {
        this.sharedNames = sharedNames;
        this.table = new Table(
                out,
                style,
                List.of(
                        Column.left("   Prefix"),
                        Column.left("Next hop"),
                        Column.right("LP"),
                        Column.right("MED"),
                        Column.elastic("AS path", Words::asPath),
                        Column.left("From"),
                        Column.left("Kernel")));
    }

    /** A prefix: one line for each of its paths. */
    void row(JsonObject route) {
        boolean first = true;
        for (JsonObject path : route.objects("paths")) {
            JsonObject attributes = path.object("attributes");
            String flags = flags(path);
            table.row(List.of(
                    new Cell(flags + (first ? route.text("prefix") : ""), tone(path)),
                    Cell.of(attributes.text("nextHop")),
                    Cell.of(attributes.text("localPref")),
                    Cell.of(attributes.text("med")),
                    Cell.of((attributes.text("asPath") + " " + origin(attributes)).strip()),
                    Cell.of(from(path)),
                    first ? kernel(route.object("kernel")) : Cell.of("")));
            first = false;
            empty = false;
        }
    }

    /** Prints what is left; false when there was nothing at all. */
    boolean end() {
        table.end();
        return !empty;
    }

    /** Three signs: usable and how, whether stale. */
    static String flags(JsonObject path) {
        String role =
                switch (path.text("role")) {
                    case "best" -> "*>";
                    case "multipath" -> "*=";
                    case "backup" -> "*b";
                    case "refused" -> "- ";
                    default -> "* ";
                };
        return role + (path.is("stale") ? "s" : " ");
    }

    /** The letter behind an AS path. */
    static String origin(JsonObject attributes) {
        return switch (attributes.text("origin")) {
            case "igp" -> "i";
            case "egp" -> "e";
            default -> "?";
        };
    }

    private static Tone tone(JsonObject path) {
        return switch (path.text("role")) {
            case "best", "multipath" -> Tone.PLAIN;
            default -> Tone.FAINT;
        };
    }

    private String from(JsonObject path) {
        String peer = path.text("peer");
        if (path.has("leakedFrom")) {
            return "(" + path.text("leakedFrom") + ")";
        }
        return peer.isEmpty() ? "local" : sharedNames.contains(peer) ? path.text("from") : peer;
    }

    private static Cell kernel(JsonObject kernel) {
        String state = kernel.text("state");
        return switch (state) {
            case "installed" -> new Cell(state, Tone.GOOD);
            case "failed" -> new Cell(state, Tone.BAD);
            case "pending", "stale" -> new Cell(state, Tone.WARNING);
            default -> Cell.of("-");
        };
    }
}

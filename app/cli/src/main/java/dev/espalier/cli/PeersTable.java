package dev.espalier.cli;

import dev.espalier.cli.Style.Tone;
import dev.espalier.cli.Table.Cell;
import dev.espalier.cli.Table.Column;
import java.io.PrintWriter;
import java.util.List;

/** The neighbours as a table, with what is to be done beneath. */
final class PeersTable {

    private static final String ESTABLISHED = "Established";

    private final PrintWriter out;
    private final Style style;

    PeersTable(PrintWriter out, Style style) {
        this.out = out;
        this.style = style;
    }

    void print(List<JsonObject> peers) {
        if (peers.isEmpty()) {
            out.println("No peers are configured.");
            return;
        }
        Table table = new Table(
                out,
                style,
                List.of(
                        Column.left("Name"),
                        Column.left("Address"),
                        Column.right("AS"),
                        Column.left("State"),
                        Column.right("Since"),
                        Column.right("Received"),
                        Column.right("Accepted"),
                        Column.right("Sent")));
        peers.forEach(peer -> table.row(row(peer)));
        table.end();
        hints(peers);
    }

    private static List<Cell> row(JsonObject peer) {
        // A range to which nobody has come has neither an address nor a session.
        boolean session = peer.has("address");
        return List.of(
                Cell.of(peer.text("name")),
                Cell.of(session ? peer.text("address") : peer.text("range")),
                Cell.of(peer.has("asn") ? peer.text("asn") : "-"),
                new Cell(peer.text("state"), tone(peer)),
                Cell.of(session ? Words.duration(peer.number("sinceSeconds")) : "-"),
                prefixes(peer, "received"),
                prefixes(peer, "accepted"),
                prefixes(peer, "sent"));
    }

    /** The colour of a state. */
    static Tone tone(JsonObject peer) {
        if (!peer.has("address")) {
            return Tone.FAINT;
        }
        return peer.text("state").equals(ESTABLISHED) ? Tone.GOOD : Tone.BAD;
    }

    /** Prefixes of all families. */
    private static Cell prefixes(JsonObject peer, String which) {
        JsonObject families = peer.object("families");
        long sum = families.fields().keySet().stream()
                .mapToLong(family -> families.object(family).number(which))
                .sum();
        return Cell.of(families.fields().isEmpty() ? "-" : Long.toString(sum));
    }

    private void hints(List<JsonObject> peers) {
        boolean first = true;
        for (JsonObject peer : peers) {
            String hint = hint(peer);
            if (!hint.isEmpty()) {
                out.print(first ? System.lineSeparator() : "");
                String name = peer.text("name");
                String wrapped = Words.wrap(name + ": " + hint, 2);
                out.println(style.paint(name, Tone.WARNING) + wrapped.substring(name.length()));
                first = false;
            }
        }
    }

    /** What to do; failing that, why a session is down. */
    private static String hint(JsonObject peer) {
        if (peer.has("hint")) {
            return peer.text("hint");
        }
        if (peer.text("state").equals(ESTABLISHED)) {
            return "";
        }
        return peer.has("lastError") ? peer.text("lastError") : peer.text("lastDown");
    }
}

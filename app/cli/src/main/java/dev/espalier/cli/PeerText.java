package dev.espalier.cli;

import dev.espalier.cli.Style.Tone;
import dev.espalier.cli.Table.Cell;
import dev.espalier.cli.Table.Column;
import java.io.PrintWriter;
import java.util.List;

/** All about one neighbour. */
final class PeerText {

    private static final int INDENTATION = 17;

    private final PrintWriter out;
    private final Style style;

    PeerText(PrintWriter out, Style style) {
        this.out = out;
        this.style = style;
    }

    void print(JsonObject peer) {
        out.println(style.paint(title(peer), Tone.STRONG));
        line("State", style.paint(peer.text("state"), PeersTable.tone(peer)) + since(peer));
        line("To do", peer.text("hint"));
        line("Last down", peer.text("lastDown"));
        line("Last error", peer.text("lastError"));
        line("AS", asn(peer));
        line("Our AS", peer.has("localAsn") ? peer.text("localAsn") : "");
        line("Our role", peer.text("role"));
        line("Router ID", peer.text("routerId"));
        line("Our address", peer.text("localAddress"));
        line("Timers", timers(peer));
        line("BFD", bfd(peer.object("bfd")));
        line("Can do", String.join(", ", peer.texts("capabilities")));
        line("Keeps routes", peer.has("restartSeconds") ? peer.number("restartSeconds") + "s over a restart" : "");
        line("Stale routes", String.join(", ", peer.texts("staleFamilies")));
        line("Import policy", policy(peer, "importPolicy"));
        line("Export policy", policy(peer, "exportPolicy"));
        line("Messages", messages(peer));
        families(peer.object("families"));
    }

    private static String title(JsonObject peer) {
        String where = peer.has("address") ? peer.text("address") : peer.text("range");
        String range = peer.is("dynamic") && peer.has("range") ? ", of the range " + peer.text("range") : "";
        String instance = peer.text("instance").equals("default") ? "" : ", routing instance " + peer.text("instance");
        return peer.text("name") + " (" + where + range + ")" + instance;
    }

    private static String since(JsonObject peer) {
        if (!peer.has("address")) {
            return "";
        }
        return " for " + Words.duration(peer.number("sinceSeconds")) + ", came up "
                + Words.count(peer.number("timesEstablished"), "time");
    }

    private static String asn(JsonObject peer) {
        if (!peer.has("asn")) {
            return "";
        }
        String kind = peer.is("internal") ? " (internal)" : " (external)";
        return peer.text("asn") + (peer.has("internal") ? kind : "");
    }

    private static String timers(JsonObject peer) {
        return peer.has("holdSeconds")
                ? "hold " + peer.number("holdSeconds") + "s, keepalive " + peer.number("keepaliveSeconds") + "s"
                : "";
    }

    private static String bfd(JsonObject session) {
        if (session.fields().isEmpty()) {
            return "";
        }
        String reason = BfdCommand.reason(session);
        String detects = session.has("detectionMillis")
                ? ", we send every " + BfdCommand.millis(session, "transmitMillis") + ", silence counts after "
                        + BfdCommand.millis(session, "detectionMillis")
                : "";
        return session.text("state") + " for " + Words.duration(session.number("sinceSeconds")) + detects
                + (session.is("multihop") ? ", several hops" : ", one hop")
                + (session.has("lastDown") && reason.isEmpty() ? "; last down: " + session.text("lastDown") : "")
                + (reason.isEmpty() ? "" : "; " + reason);
    }

    private static String policy(JsonObject peer, String name) {
        return peer.has(name) ? peer.text(name) : "none";
    }

    private static String messages(JsonObject peer) {
        long errors = peer.number("updateErrors");
        return "%d received (%d updates), %d sent (%d updates)%s"
                .formatted(
                        peer.number("messagesReceived"),
                        peer.number("updatesReceived"),
                        peer.number("messagesSent"),
                        peer.number("updatesSent"),
                        errors == 0 ? "" : ", " + Words.count(errors, "error") + " in updates");
    }

    /** A line with a name, unless there is nothing to say. */
    private void line(String name, String value) {
        if (!value.isEmpty()) {
            String padded = name + " ".repeat(INDENTATION - 2 - name.length());
            out.println("  " + padded + Words.wrap(value, INDENTATION));
        }
    }

    private static String sent(JsonObject routes) {
        long heldBack = routes.number("heldBack");
        return routes.number("sent") + (heldBack == 0 ? "" : " (" + heldBack + " held back)");
    }

    private void families(JsonObject families) {
        if (families.fields().isEmpty()) {
            return;
        }
        out.println();
        Table table = new Table(
                out,
                style,
                List.of(
                        Column.left("  Family"),
                        Column.right("Received"),
                        Column.right("Accepted"),
                        Column.right("Best"),
                        Column.right("Sent"),
                        Column.left("End of RIB")));
        for (String family : families.fields().keySet()) {
            JsonObject routes = families.object(family);
            table.row(List.of(
                    Cell.of("  " + family),
                    Cell.of(routes.number("received")),
                    Cell.of(routes.number("accepted")),
                    Cell.of(routes.number("best")),
                    Cell.of(sent(routes)),
                    Cell.of(routes.is("endOfRib") ? "yes" : "no")));
        }
        table.end();
    }
}

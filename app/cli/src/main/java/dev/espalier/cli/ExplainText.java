package dev.espalier.cli;

import dev.espalier.cli.Style.Tone;
import java.io.PrintWriter;
import java.util.List;
import java.util.StringJoiner;

/** Everything about one prefix, in sentences. */
final class ExplainText {

    private static final int INDENTATION = 6;

    private final PrintWriter out;
    private final Style style;

    ExplainText(PrintWriter out, Style style) {
        this.out = out;
        this.style = style;
    }

    void print(JsonObject prefix) {
        String instance = prefix.text("instance");
        out.println(style.paint(prefix.text("prefix"), Tone.STRONG)
                + (instance.equals("default") ? "" : " in routing instance " + instance));
        paths(prefix);
        candidates(prefix.objects("candidates"));
        if (!prefix.text("redistribution").isEmpty()) {
            plain(Words.sentence(prefix.text("redistribution")));
        }
        kernel(prefix.object("kernel"));
        told(prefix.objects("told"));
    }

    private void heading(String text) {
        out.println();
        out.println(style.paint(text, Tone.STRONG));
    }

    /** A paragraph that stands below its first line. */
    private void below(String text) {
        if (!text.isEmpty()) {
            out.println(" ".repeat(INDENTATION) + Words.wrap(text, INDENTATION));
        }
    }

    /** A paragraph without a mark. */
    private void plain(String text) {
        out.println("  " + Words.wrap(text, 2));
    }

    /** A paragraph behind a mark. */
    private void item(String mark, String text) {
        String padded = mark + " ".repeat(Math.max(0, INDENTATION - 2 - mark.length()));
        out.println("  " + padded + Words.wrap(text, INDENTATION));
    }

    // ---- paths

    private void paths(JsonObject prefix) {
        heading("Paths");
        if (prefix.is("deferred")) {
            plain("None is chosen yet: after a restart of ours the neighbours' routes are still being learnt.");
        }
        List<JsonObject> paths = prefix.objects("paths");
        if (paths.isEmpty()) {
            out.println("  No neighbour has announced it, and neither do we.");
        }
        for (JsonObject path : paths) {
            item(RoutesTable.flags(path).strip(), path(path));
            below(Words.sentence(role(path) + path.text("because")));
        }
        for (JsonObject leak : prefix.objects("leaks")) {
            plain("Routing instance " + leak.text("from") + ": " + leak.text("because") + ".");
        }
    }

    private static String path(JsonObject path) {
        String peer = path.text("peer");
        String from = path.has("leakedFrom")
                ? "leaked from the routing instance " + path.text("leakedFrom")
                : peer.isEmpty() ? "our own announcement" : "from " + peer + " (" + path.text("from") + ")";
        String id = path.number("pathId") == 0 ? "" : ", path identifier " + path.number("pathId");
        String stale = path.is("stale") ? ", stale: the neighbour is restarting" : "";
        return from + id + stale + ": " + attributes(path.object("attributes"));
    }

    private static String role(JsonObject path) {
        return switch (path.text("role")) {
            case "best" -> "best: ";
            case "multipath" -> "used beside the best: ";
            case "backup" -> "backup: ";
            case "refused" -> "cannot be used: ";
            default -> "not chosen: ";
        };
    }

    private static String attributes(JsonObject attributes) {
        StringJoiner text = new StringJoiner(", ");
        add(text, "next hop", attributes.text("nextHop"));
        String asPath = attributes.text("asPath");
        text.add((asPath.isEmpty() ? "no AS in the path" : "AS path " + asPath) + ", origin "
                + attributes.text("origin"));
        add(text, "local preference", attributes.text("localPref"));
        add(text, "MED", attributes.text("med"));
        add(text, "communities", String.join(" ", attributes.texts("communities")));
        add(text, "extended communities", String.join(" ", attributes.texts("extendedCommunities")));
        add(text, "large communities", String.join(" ", attributes.texts("largeCommunities")));
        add(text, "aggregated by", attributes.text("aggregator"));
        if (attributes.is("atomicAggregate")) {
            text.add("atomic aggregate");
        }
        add(text, "originator", attributes.text("originatorId"));
        add(text, "only to customers of AS", attributes.text("onlyToCustomer"));
        add(text, "cluster list", String.join(" ", attributes.texts("clusterList")));
        add(text, "passed on unread", String.join(" ", attributes.texts("unknown")));
        return text.toString();
    }

    private static void add(StringJoiner text, String name, String value) {
        if (!value.isEmpty()) {
            text.add(name + " " + value);
        }
    }

    // ---- the node's table and the kernel

    private void candidates(List<JsonObject> candidates) {
        heading("Routing table");
        if (candidates.isEmpty()) {
            out.println("  No route.");
        }
        for (JsonObject route : candidates) {
            item(route.is("used") ? "*>" : "*", candidate(route));
            below(Words.sentence(route.text("because")));
        }
    }

    private static String candidate(JsonObject route) {
        List<String> hops = route.texts("hops");
        List<String> nextHops = route.texts("nextHops");
        String out = hops.isEmpty() ? String.join(" and ", nextHops) : String.join(" and ", hops);
        List<String> backup = route.texts("backup");
        return "%s route, preference %d, metric %d%s%s"
                .formatted(
                        route.text("source"),
                        route.number("preference"),
                        route.number("metric"),
                        out.isEmpty() ? "" : ": " + out,
                        backup.isEmpty() ? "" : "; backup " + String.join(" and ", backup));
    }

    private void kernel(JsonObject kernel) {
        heading("Kernel");
        String state = kernel.text("state");
        List<String> hops = kernel.texts("hops");
        String what = state.equals("none") ? "no route of ours" : state;
        List<String> backup = kernel.texts("backup");
        plain(what
                + (hops.isEmpty() ? "" : ": " + String.join(" and ", hops))
                + (backup.isEmpty() ? "" : "; backup " + String.join(" and ", backup)));
        plain(Words.sentence(kernel.text("because")));
    }

    // ---- the neighbours

    private void told(List<JsonObject> told) {
        heading("Told to");
        if (told.isEmpty()) {
            out.println("  Nobody: there is no established session for this family.");
        }
        for (JsonObject peer : told) {
            plain(peer.text("peer") + " (" + peer.text("address") + ")" + toldPath(peer) + ": " + peer.text("because")
                    + ".");
            if (peer.is("announced")) {
                below(attributes(peer.object("attributes")));
            }
        }
    }

    /** Which of several paths is told, and under which identifier; nothing where only the best can be. */
    private static String toldPath(JsonObject told) {
        String path = told.text("path");
        String id = told.text("pathId");
        return path.isEmpty() ? "" : ", path of " + path + (id.isEmpty() ? "" : ", path identifier " + id);
    }
}

package dev.espalier.cli;

import dev.espalier.cli.Style.Tone;
import dev.espalier.cli.Table.Cell;
import dev.espalier.cli.Table.Column;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code espalier pods}. */
@Command(
        name = "pods",
        mixinStandardHelpOptions = true,
        description = "Show the pods of this node: their addresses, and the host's interfaces that lead to them.",
        footer = {
            "",
            "Beneath the table stands what is wrong with a pod.",
            "",
            "Examples:",
            "  espalier pods",
            "  espalier pods -o json"
        })
final class PodsCommand extends ClientCommand {

    /** For picocli. */
    PodsCommand() {}

    @Override
    public Integer call() {
        return show("/pods", Map.of(), this::print);
    }

    private void print(@Nullable Object answer) {
        List<JsonObject> pods = JsonObject.list(answer);
        if (pods.isEmpty()) {
            out().println("There is no pod on this node.");
            return;
        }
        Table table = new Table(
                out(),
                style(),
                List.of(
                        Column.left("Pod"),
                        Column.left("Addresses"),
                        Column.left("Interface"),
                        Column.right("MTU"),
                        Column.left("Since")));
        for (JsonObject pod : pods) {
            Tone tone = pod.has("problem") ? Tone.BAD : Tone.PLAIN;
            table.row(List.of(
                    new Cell(pod.text("owner"), tone),
                    Cell.of(String.join(", ", pod.texts("addresses"))),
                    Cell.of(pod.has("link") ? pod.text("link") : "-"),
                    Cell.of(pod.number("mtu") == 0 ? "-" : pod.text("mtu")),
                    Cell.of(pod.has("since") ? pod.text("since") : "-")));
        }
        table.end();
        pods.stream().filter(pod -> pod.has("problem")).forEach(pod -> out().println(
                        Words.wrap(pod.text("owner") + ": " + pod.text("problem"), 2)));
    }
}

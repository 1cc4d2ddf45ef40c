package dev.espalier.cli;

import dev.espalier.cli.Style.Tone;
import dev.espalier.cli.Table.Cell;
import dev.espalier.cli.Table.Column;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code espalier status}. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Show how the daemon is doing.",
        footer = {"", "Examples:", "  espalier status", "  espalier status -o yaml"})
final class StatusCommand extends ClientCommand {

    private static final List<String> KERNEL_STATES = List.of("installed", "stale", "pending", "failed");

    /** For picocli. */
    StatusCommand() {}

    @Override
    public Integer call() {
        return show("/status", Map.of(), this::print);
    }

    private void print(@Nullable Object answer) {
        JsonObject status = JsonObject.of(answer).orElse(new JsonObject(Map.of()));
        boolean ready = status.is("ready");
        out().println("Espalier %s on %s, pid %d, up %s, %s"
                .formatted(
                        status.text("version"),
                        status.text("node"),
                        status.number("pid"),
                        Words.duration(status.number("uptimeSeconds")),
                        style().paint(ready ? "ready" : "not ready", ready ? Tone.GOOD : Tone.WARNING)));
        if (!ready) {
            out().println("  " + Words.wrap(Words.sentence(status.text("notReadyBecause")), 2));
        }
        out().println("Configuration: " + String.join(", ", status.texts("configuration")));
        List<String> missing = status.texts("missingCapabilities");
        if (!missing.isEmpty()) {
            out().println(style().paint("Missing rights: " + String.join(", ", missing), Tone.BAD));
        }
        instances(status.objects("instances"));
        flannel(status.object("flannel"));
    }

    private void flannel(JsonObject flannel) {
        if (flannel.fields().isEmpty()) {
            return;
        }
        out().println();
        String subnet = flannel.text("subnet");
        String lease = flannel.text("until");
        String what = subnet.isEmpty()
                ? style().paint("no subnet: " + flannel.text("because"), Tone.BAD)
                : style().paint(subnet, Tone.GOOD)
                        + (lease.isEmpty() ? ", reserved" : ", leased until " + lease + " and renewed an hour before");
        out().println("Flannel %s, %s on %s: %s; routes to %d other subnets"
                .formatted(
                        flannel.text("name"),
                        flannel.text("publicIp"),
                        flannel.text("link"),
                        what,
                        flannel.number("routes")));
        if (!flannel.text("etcdAwaySince").isEmpty()) {
            out().println(style().paint(
                            "  etcd cannot be asked since " + flannel.text("etcdAwaySince")
                                    + "; subnet and routes stay as they are: " + flannel.text("etcdAwayBecause"),
                            Tone.WARNING));
        }
        flannel.texts("skipped").forEach(sentence -> out().println(style().paint("  " + sentence, Tone.WARNING)));
    }

    private void instances(List<JsonObject> instances) {
        Table table = new Table(
                out(),
                style(),
                List.of(
                        Column.left("Instance"),
                        Column.right("AS"),
                        Column.left("Router ID"),
                        Column.left("Listening"),
                        Column.left("Peers up"),
                        Column.right("Paths"),
                        Column.right("Attr sets"),
                        Column.left("Kernel routes")));
        out().println();
        instances.forEach(instance -> table.row(row(instance)));
        table.end();
        for (JsonObject instance : instances) {
            if (instance.is("restarting")) {
                out().println(style().paint(
                                instance.text("name") + ": learning routes again after a restart; waiting for "
                                        + String.join(", ", instance.texts("awaited")),
                                Tone.WARNING));
            }
        }
    }

    private static List<Cell> row(JsonObject instance) {
        long peers = instance.number("peers");
        boolean bgp = instance.number("asn") != 0;
        long established = instance.number("established");
        return List.of(
                Cell.of(instance.text("name")),
                Cell.of(bgp ? Long.toString(instance.number("asn")) : "-"),
                Cell.of(bgp ? instance.text("routerId") : "-"),
                Cell.of(instance.texts("listening").isEmpty() ? "-" : String.join(", ", instance.texts("listening"))),
                new Cell(established + " of " + peers, established == peers ? Tone.GOOD : Tone.WARNING),
                Cell.of(instance.number("paths")),
                Cell.of(instance.number("attributeSets")),
                Cell.of(kernel(instance.object("kernel"))));
    }

    /** Only the states in which there are routes; the installed ones always. */
    private static String kernel(JsonObject kernel) {
        StringJoiner text = new StringJoiner(", ");
        KERNEL_STATES.stream()
                .filter(state -> state.equals("installed") || kernel.number(state) > 0)
                .forEach(state -> text.add(kernel.number(state) + " " + state));
        return text.toString();
    }
}

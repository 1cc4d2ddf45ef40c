package dev.espalier.cli;

import dev.espalier.cli.Style.Tone;
import dev.espalier.cli.Table.Cell;
import dev.espalier.cli.Table.Column;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code espalier ipam show}. */
@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        description = "Show the pools, and the blocks that nodes have of them.",
        footer = {
            "",
            "Resting are addresses that were given back and are not given again yet.",
            "",
            "Examples:",
            "  espalier ipam show",
            "  espalier ipam show --addresses",
            "  espalier ipam show -o json"
        })
final class IpamShowCommand extends ClientCommand {

    @Option(names = "--addresses", description = "Show every address that is in use, too.")
    private boolean addresses;

    /** For picocli. */
    IpamShowCommand() {}

    @Override
    public Integer call() {
        return show("/ipam", Map.of(), this::print);
    }

    private void print(@Nullable Object answer) {
        JsonObject ipam = JsonObject.of(answer).orElse(new JsonObject(Map.of()));
        if (ipam.objects("pools").isEmpty()) {
            out().println("There is no pool: the configuration has no IpPool.");
        }
        pools(ipam.objects("pools"));
        if (!ipam.objects("blocks").isEmpty()) {
            out().println();
            blocks(ipam.objects("blocks"));
        }
        if (addresses && !ipam.objects("blocks").isEmpty()) {
            out().println();
            allocations(ipam.objects("blocks"));
        }
        out().println();
        out().println("Kept in " + ipam.text("state") + ".");
    }

    private void pools(List<JsonObject> pools) {
        Table table = new Table(
                out(),
                style(),
                List.of(
                        Column.left("Pool"),
                        Column.left("Prefix"),
                        Column.left("For"),
                        Column.right("Blocks"),
                        Column.right("Used"),
                        Column.right("Resting"),
                        Column.right("Of")));
        for (JsonObject pool : pools) {
            boolean disabled = pool.is("disabled");
            table.row(List.of(
                    Cell.of(pool.text("name")),
                    Cell.of(pool.text("prefix")),
                    new Cell(
                            disabled ? "disabled" : pool.is("servesNode") ? "this node" : "others",
                            disabled ? Tone.BAD : Tone.PLAIN),
                    Cell.of(pool.number("blocks")),
                    Cell.of(pool.number("used")),
                    Cell.of(pool.number("resting")),
                    Cell.of(pool.number("addresses") == Long.MAX_VALUE ? "many" : pool.text("addresses"))));
        }
        table.end();
    }

    private void blocks(List<JsonObject> blocks) {
        Table table = new Table(
                out(),
                style(),
                List.of(
                        Column.left("Block"),
                        Column.left("Pool"),
                        Column.left("Node"),
                        Column.right("Used"),
                        Column.right("Resting")));
        for (JsonObject block : blocks) {
            table.row(List.of(
                    Cell.of(block.text("prefix")),
                    Cell.of(block.text("pool")),
                    Cell.of(block.has("node") ? block.text("node") : "-"),
                    Cell.of(block.objects("allocations").size()),
                    Cell.of(block.number("resting"))));
        }
        table.end();
    }

    private void allocations(List<JsonObject> blocks) {
        Table table = new Table(
                out(),
                style(),
                List.of(
                        Column.left("Address"),
                        Column.left("Owner"),
                        Column.left("Node"),
                        Column.left("Since"),
                        Column.left("Handle")));
        for (JsonObject block : blocks) {
            for (JsonObject one : block.objects("allocations")) {
                table.row(List.of(
                        Cell.of(one.text("address")),
                        Cell.of(one.text("owner")),
                        Cell.of(one.text("node")),
                        Cell.of(one.text("since")),
                        Cell.of(one.text("handle"))));
            }
        }
        table.end();
    }
}

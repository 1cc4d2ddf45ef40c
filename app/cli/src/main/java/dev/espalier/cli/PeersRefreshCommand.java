package dev.espalier.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code espalier peers refresh}. */
@Command(
        name = "refresh",
        mixinStandardHelpOptions = true,
        description = "Exchange the routes with a neighbour again; its session stays up.",
        footer = {
            "",
            "Without --in or --out, both are done. Needs root, or the daemon's own user.",
            "",
            "Examples:",
            "  espalier peers refresh tor-1",
            "  espalier peers refresh 192.0.2.1 --in"
        })
final class PeersRefreshCommand extends ClientCommand {

    @Parameters(paramLabel = "PEER", description = "A name or an address.")
    private String peer = "";

    @Option(names = "--in", description = "Judge its routes again, and ask it for them.")
    private boolean in;

    @Option(names = "--out", description = "Tell it all our routes again.")
    private boolean out;

    /** For picocli. */
    PeersRefreshCommand() {}

    @Override
    public Integer call() {
        String direction = in == out ? "both" : in ? "in" : "out";
        return client().post(
                        "/peers/" + ApiClient.encode(peer) + "/refresh?direction=" + direction,
                        new byte[0],
                        reply -> print(reply, answer -> table(answer, !direction.equals("out"))));
    }

    private void table(@Nullable Object answer, boolean inWanted) {
        for (JsonObject one : JsonObject.list(answer)) {
            String told = one.is("told") ? "it is told all our routes again" : "";
            String asked = !inWanted
                    ? ""
                    : one.is("asked")
                            ? "it was asked for its routes"
                            : "it does not know how to tell its routes again; those here were judged again";
            out().println(one.text("name") + " (" + one.text("address") + "): " + asked
                    + (asked.isEmpty() || told.isEmpty() ? "" : "; ") + told);
        }
    }
}

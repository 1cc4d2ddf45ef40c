package dev.espalier.cli;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code espalier peers}. */
@Command(
        name = "peers",
        mixinStandardHelpOptions = true,
        description = "Show the neighbours and their sessions; with a name or address, all about one.",
        footer = {
            "",
            "Received, accepted and sent are prefixes of all families. Beneath the table stands what keeps a",
            "session down or its routes out, and what to do about it.",
            "",
            "Examples:",
            "  espalier peers",
            "  espalier peers tor-1",
            "  espalier peers 192.0.2.1 -o yaml"
        })
final class PeersCommand extends ClientCommand {

    @Parameters(arity = "0..1", paramLabel = "PEER", description = "A name or an address.")
    private @Nullable String peer;

    /** For picocli. */
    PeersCommand() {}

    @Override
    public Integer call() {
        if (peer == null) {
            return show("/peers", Map.of(), answer -> new PeersTable(out(), style()).print(JsonObject.list(answer)));
        }
        return show("/peers/" + ApiClient.encode(peer), Map.of(), answer -> JsonObject.list(answer)
                .forEach(new PeerText(out(), style())::print));
    }
}

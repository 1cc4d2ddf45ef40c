package dev.espalier.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code espalier ipam release}. */
@Command(
        name = "release",
        mixinStandardHelpOptions = true,
        description = "Take an address back, with all others of the same container.",
        footer = {
            "",
            "Leaked addresses are taken back by themselves within a minute; this is for those of a node that",
            "is gone, say. Needs root, or the daemon's own user.",
            "",
            "Examples:",
            "  espalier ipam release 10.42.0.7"
        })
final class IpamReleaseCommand extends ClientCommand {

    @Parameters(paramLabel = "ADDRESS", description = "The address.")
    private String address = "";

    @Option(names = "--force", description = "Also when an interface of this node uses it.")
    private boolean force;

    /** For picocli. */
    IpamReleaseCommand() {}

    @Override
    public Integer call() {
        return client().post(
                        "/ipam/" + ApiClient.encode(address) + "/release" + (force ? "?force=true" : ""),
                        new byte[0],
                        reply -> print(reply, answer -> {
                            JsonObject done = JsonObject.of(answer).orElse(new JsonObject(Map.of()));
                            out().println(done.text("address") + " was " + done.text("owner") + "'s on node "
                                    + done.text("node") + " and is free again.");
                        }));
    }
}

package dev.espalier.cli;

import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code espalier ipam check}. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = "Look for addresses that are leaked or given twice, and for blocks without a pool.",
        footer = {
            "",
            "The status is 0 when nothing is wrong, and 1 otherwise. Interfaces are compared on this node only:",
            "run it on each.",
            "",
            "Examples:",
            "  espalier ipam check"
        })
final class IpamCheckCommand extends ClientCommand {

    /** For picocli. */
    IpamCheckCommand() {}

    @Override
    public Integer call() {
        boolean[] sound = {true};
        show("/ipam", Map.of(), answer -> {
            List<String> findings =
                    JsonObject.of(answer).map(ipam -> ipam.texts("findings")).orElse(List.of());
            sound[0] = findings.isEmpty();
            findings.forEach(finding -> out().println(Words.wrap(finding, 2)));
            if (sound[0]) {
                out().println("Nothing is wrong.");
            }
        });
        return sound[0] ? ExitStatus.OK : ExitStatus.FAILED;
    }
}

package dev.espalier.cli;

import dev.espalier.agent.Agent;
import dev.espalier.agent.api.AgentOptions;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code espalier run}. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description = "Run the daemon until a signal ends it.",
        footer = {
            "",
            "HUP reads the configuration again. TERM ends the daemon as for a restart: neighbours with graceful",
            "restart keep its routes, and the kernel goes on forwarding. INT (Ctrl-C) ends it for good:",
            "neighbours are told.",
            "",
            "Examples:",
            "  espalier run -c /etc/espalier/node.yaml",
            "  espalier run -c /etc/espalier/ --node worker-3 --label rack=r2 --label zone=a"
        })
final class RunCommand implements Callable<Integer> {

    /** Where the API listens when nobody says otherwise. */
    static final String SOCKET = "/run/espalier/espalier.sock";

    @Mixin
    private final NodeOptions node = new NodeOptions();

    @Option(
            names = "--socket",
            paramLabel = "PATH",
            defaultValue = ClientCommand.SOCKET,
            description = "Where the API listens (default: $ESPALIER_SOCKET or /run/espalier/espalier.sock).")
    private Path socket = Path.of(SOCKET);

    /** For picocli. */
    RunCommand() {}

    @Override
    public Integer call() {
        return Agent.run(options());
    }

    /** What was asked for. */
    AgentOptions options() {
        return new AgentOptions(node.configuration(), socket, node.name(), node.labels());
    }
}

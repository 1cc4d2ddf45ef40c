package dev.espalier.cli;

import picocli.CommandLine.Command;

/** {@code espalier policy}: what is there for those who write policies. */
@Command(
        name = "policy",
        mixinStandardHelpOptions = true,
        description = "Try policies without a daemon.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = PolicyTestCommand.class,
        footer = {"", "Example:", "  espalier policy test -c node.yaml --policy from-customers --prefix 10.1.0.0/16"})
final class PolicyCommand {

    /** For picocli. */
    PolicyCommand() {}
}

package dev.espalier.cli;

import picocli.CommandLine.Command;

/** {@code espalier ipam}: who has which address. */
@Command(
        name = "ipam",
        mixinStandardHelpOptions = true,
        description = "Show, check and mend who has which address.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {IpamShowCommand.class, IpamCheckCommand.class, IpamReleaseCommand.class},
        footer = {"", "Examples:", "  espalier ipam show --addresses", "  espalier ipam check"})
final class IpamCommand {

    /** For picocli. */
    IpamCommand() {}
}

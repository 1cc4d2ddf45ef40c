package dev.espalier.cli;

import picocli.CommandLine.Command;

/** {@code espalier cni}: the plugin for container runtimes. */
@Command(
        name = "cni",
        mixinStandardHelpOptions = true,
        description = "Install the plugin with which container runtimes join pods to the network.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {CniInstallCommand.class, CniUninstallCommand.class},
        footer = {"", "Example:", "  espalier cni install"})
final class CniCommand {

    /** For picocli. */
    CniCommand() {}
}

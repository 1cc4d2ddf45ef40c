package dev.espalier.cli;

import picocli.CommandLine.Command;

/** {@code espalier reload}. */
@Command(
        name = "reload",
        mixinStandardHelpOptions = true,
        description = "Let the daemon read its configuration again; only what differs is touched.",
        footer = {
            "",
            "An invalid configuration changes nothing: the errors are shown, and the status is 1.",
            "Needs root, or the daemon's own user.",
            "",
            "Example:",
            "  espalier plan -c /etc/espalier/ && espalier reload"
        })
final class ReloadCommand extends ClientCommand {

    /** For picocli. */
    ReloadCommand() {}

    @Override
    public Integer call() {
        PlanText text = new PlanText(out(), style());
        return client().post(
                        "/reload", new byte[0], reply -> print(reply, answer -> text.outcome(PlanText.planOf(answer))));
    }
}

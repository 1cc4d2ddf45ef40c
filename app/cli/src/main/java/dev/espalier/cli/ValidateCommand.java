package dev.espalier.cli;

import dev.espalier.agent.Agent;
import dev.espalier.agent.api.ApiJson;
import dev.espalier.agent.api.PlanView;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code espalier validate}. */
@Command(
        name = "validate",
        mixinStandardHelpOptions = true,
        description = "Check a configuration for this host, without a daemon, and show what it comes to.",
        footer = {
            "",
            "Ends with status 1 when there are errors. Each error names file, line, column, object and field.",
            "",
            "Examples:",
            "  espalier validate -c node.yaml",
            "  espalier validate -c /etc/espalier/ --label rack=r2",
            "  espalier validate -c node.yaml -o json"
        })
final class ValidateCommand extends ReportCommand {

    @Mixin
    private final NodeOptions node = new NodeOptions();

    /** For picocli. */
    ValidateCommand() {}

    @Override
    public Integer call() throws IOException {
        PlanView outcome = Agent.validate(node.configuration(), node.name(), node.labels());
        String json = ApiJson.text(outcome);
        switch (output()) {
            case TABLE ->
                new PlanText(out(), style()).validation(node.configuration(), PlanText.planOf(JsonReader.read(json)));
            case JSON -> out().print(json);
            case YAML -> out().print(new YamlText().of(JsonReader.read(json)));
        }
        return outcome.valid() ? ExitStatus.OK : ExitStatus.FAILED;
    }
}

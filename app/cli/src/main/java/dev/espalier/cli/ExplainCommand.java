package dev.espalier.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code espalier explain}. */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        description =
                "Say why a path is best and the others are not, whether the kernel has the route, and who was told.",
        footer = {
            "",
            "An address stands for the longest prefix that contains it.",
            "",
            "Examples:",
            "  espalier explain 10.1.0.0/16",
            "  espalier explain 2001:db8::1",
            "  espalier explain 10.1.0.0/16 -o json"
        })
final class ExplainCommand extends ClientCommand {

    @Parameters(paramLabel = "PREFIX", description = "A prefix or an address.")
    private String prefix = "";

    @Option(
            names = {"-i", "--instance"},
            paramLabel = "NAME",
            description = "The routing instance (default: default).")
    private @Nullable String instance;

    /** For picocli. */
    ExplainCommand() {}

    @Override
    public Integer call() {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("prefix", prefix);
        if (instance != null) {
            parameters.put("instance", instance);
        }
        return show("/explain", parameters, answer -> JsonObject.of(answer)
                .ifPresent(new ExplainText(out(), style())::print));
    }
}

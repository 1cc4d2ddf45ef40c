package dev.espalier.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.espalier.transport.client.HttpReply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code espalier plan}. */
@Command(
        name = "plan",
        mixinStandardHelpOptions = true,
        description = "Show what the running daemon would change if it had this configuration. Changes nothing.",
        footer = {
            "",
            "Ends with status 1 when the configuration has errors. Needs root, or the daemon's own user.",
            "",
            "Examples:",
            "  espalier plan -c new.yaml",
            "  espalier plan -c /etc/espalier/ -o json"
        })
final class PlanCommand extends ClientCommand {

    @Option(
            names = {"-c", "--config"},
            required = true,
            paramLabel = "FILE|DIR",
            description = "A file, or a folder whose files end in .yaml, .yml or .json.")
    private @Nullable Path configuration;

    /** For picocli. */
    PlanCommand() {}

    @Override
    public Integer call() throws IOException {
        Map<Path, String> files = ConfigurationFiles.read(Objects.requireNonNull(configuration));
        return client().post("/plan", json(files), this::report);
    }

    private int report(HttpReply reply) throws IOException {
        String json = reply.text();
        JsonObject plan = PlanText.planOf(JsonReader.read(json));
        switch (output()) {
            case TABLE -> new PlanText(out(), style()).intention(plan);
            case JSON -> out().print(json);
            case YAML -> out().print(new YamlText().of(plan.fields()));
        }
        return plan.is("valid") ? ExitStatus.OK : ExitStatus.FAILED;
    }

    private static byte[] json(Map<Path, String> files) throws IOException {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        try (JsonGenerator json = new JsonFactory().createGenerator(octets)) {
            json.writeStartArray();
            for (Map.Entry<Path, String> file : files.entrySet()) {
                json.writeStartObject();
                json.writeStringField("name", file.getKey().toString());
                json.writeStringField("text", file.getValue());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        return octets.toByteArray();
    }
}

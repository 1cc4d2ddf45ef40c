package dev.espalier.cli;

import dev.espalier.cli.Style.Tone;
import dev.espalier.transport.client.HttpReply;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code espalier events}. */
@Command(
        name = "events",
        mixinStandardHelpOptions = true,
        description = "Show what happened lately; with -f, also what happens from now on.",
        footer = {
            "",
            "With -f and -o json, each event is one line.",
            "",
            "Examples:",
            "  espalier events",
            "  espalier events -f",
            "  espalier events -f -o json | jq 'select(.severity == \"error\")'"
        })
final class EventsCommand extends ClientCommand {

    private static final String DATA = "data:";

    @Option(
            names = {"-f", "--follow"},
            description = "Go on until interrupted.")
    private boolean follow;

    /** For picocli. */
    EventsCommand() {}

    @Override
    public Integer call() {
        return follow
                ? client().get("/events", Map.of(), this::follow)
                : show("/events", Map.of("follow", "false"), answer -> JsonObject.list(answer)
                        .forEach(this::print));
    }

    /** Server-sent events: our own server puts the data of each on one line. */
    private int follow(HttpReply reply) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(reply.body(), StandardCharsets.UTF_8));
        YamlText yaml = new YamlText();
        for (String line = lines.readLine(); line != null && !out().checkError(); line = lines.readLine()) {
            if (line.startsWith(DATA)) {
                follow(line.substring(DATA.length()).strip(), yaml);
            }
            if (!lines.ready()) {
                out().flush();
            }
        }
        return ExitStatus.OK;
    }

    private void follow(String json, YamlText yaml) throws IOException {
        switch (output()) {
            case TABLE -> JsonObject.of(JsonReader.read(json)).ifPresent(this::print);
            case JSON -> out().println(json);
            case YAML ->
                JsonObject.of(JsonReader.read(json)).ifPresent(event -> out().print(yaml.item(event.fields())));
        }
    }

    private void print(JsonObject event) {
        String severity = event.text("severity");
        Tone tone =
                switch (severity) {
                    case "error" -> Tone.BAD;
                    case "warning" -> Tone.WARNING;
                    case "debug" -> Tone.FAINT;
                    default -> Tone.PLAIN;
                };
        String padding = " ".repeat(Math.max(0, "warning".length() - severity.length()));
        out().println("%s  %s%s  %s %s: %s"
                .formatted(
                        time(event.text("time")),
                        style().paint(severity, tone),
                        padding,
                        event.text("kind"),
                        event.text("subject"),
                        event.text("message")));
    }

    /** RFC 3339 has as many digits as it likes behind the second; three keep the columns straight. */
    private static String time(String rfc3339) {
        int second = "2026-01-01T00:00:00".length();
        if (rfc3339.length() <= second) {
            return rfc3339;
        }
        String fraction = rfc3339.substring(second).replaceAll("\\D", "");
        return rfc3339.substring(0, second) + "." + (fraction + "000").substring(0, 3) + "Z";
    }
}

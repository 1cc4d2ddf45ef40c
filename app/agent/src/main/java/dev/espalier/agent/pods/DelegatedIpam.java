package dev.espalier.agent.pods;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.cni.CniCommand;
import dev.espalier.cni.CniException;
import dev.espalier.cni.CniException.Code;
import dev.espalier.cni.CniResult;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Another program that gives addresses, such as {@code host-local}: called as the specification says (section 4), with the call's own
 * environment and configuration. Any thread that may block.
 */
final class DelegatedIpam {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Such a program writes a file or asks a server. */
    private static final long PATIENCE_SECONDS = 30;

    private DelegatedIpam() {}

    /** @throws CniException when it cannot be run or refuses, in its words */
    static CniResult add(String program, Map<String, String> environment, String input) {
        String output = run(program, CniCommand.ADD, environment, input);
        try {
            return CniResult.parse(JSON.readTree(output));
        } catch (JsonProcessingException broken) {
            throw new CniException(Code.DECODING, program + " gave addresses in something that is no JSON", output);
        }
    }

    /** The same for a command whose answer says nothing. */
    static void tell(String program, CniCommand command, Map<String, String> environment, String input) {
        run(program, command, environment, input);
    }

    private static String run(String program, CniCommand command, Map<String, String> environment, String input) {
        Path file = find(program, environment.getOrDefault("CNI_PATH", ""));
        ProcessBuilder builder = new ProcessBuilder(file.toString());
        builder.environment().putAll(environment);
        builder.environment().put("CNI_COMMAND", command.name());
        builder.redirectError(ProcessBuilder.Redirect.DISCARD); // or it might wait for a reader
        try {
            Process process = builder.start();
            try (OutputStream to = process.getOutputStream()) {
                to.write(input.getBytes(StandardCharsets.UTF_8));
            }
            String output;
            try (InputStream from = process.getInputStream()) {
                output = new String(from.readAllBytes(), StandardCharsets.UTF_8);
            }
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new CniException(
                        Code.TRY_AGAIN_LATER, file + " did not end within " + PATIENCE_SECONDS + " s", "");
            }
            if (process.exitValue() != 0) {
                throw refused(program, output);
            }
            return output;
        } catch (IOException failed) {
            throw new CniException(Code.IO, file + " cannot be run", String.valueOf(failed.getMessage()));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new CniException(Code.TRY_AGAIN_LATER, "interrupted while " + file + " ran", "");
        }
    }

    private static Path find(String program, String path) {
        // A name, not a path: the configuration must not run what does not lie among the plugins.
        if (program.indexOf('/') < 0) {
            for (String folder : path.split(":")) {
                Path candidate = Path.of(folder, program);
                if (!folder.isEmpty() && Files.isExecutable(candidate)) {
                    return candidate;
                }
            }
        }
        throw new CniException(
                Code.BAD_CONFIGURATION,
                "ipam.type is '" + program + "', and there is no such program in CNI_PATH (" + path + ")",
                "without ipam.type, or with 'espalier', the daemon gives addresses itself");
    }

    private static CniException refused(String program, String output) {
        try {
            JsonNode error = JSON.readTree(output);
            String message = error.path("msg").asText();
            if (!message.isEmpty()) {
                return new CniException(
                        Code.of(error.path("code").asInt()),
                        program + " refuses: " + message,
                        error.path("details").asText());
            }
        } catch (JsonProcessingException notJson) {
            // said below
        }
        return new CniException(Code.IO, program + " failed without a reason", output.strip());
    }
}

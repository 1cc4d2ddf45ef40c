package dev.espalier.cli;

import dev.espalier.transport.client.HttpReply;
import dev.espalier.transport.client.UnixHttpClient;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * Asks the daemon; whatever goes wrong becomes a {@link CommandFailure}.
 *
 * @param socket where the daemon listens
 */
record ApiClient(Path socket) {

    private static final String API = "/api/v1";
    private static final int BAD_REQUEST = 400;

    /** Something that is done with an answer. */
    @FunctionalInterface
    interface Reading<T extends @Nullable Object> {
        /** Reads the answer as far as it wants. */
        T read(HttpReply reply) throws IOException;
    }

    /**
     * Asks a question.
     *
     * @param path below {@code /api/v1}, encoded
     */
    <T extends @Nullable Object> T get(String path, Map<String, String> parameters, Reading<T> reading) {
        return send("GET", target(path, parameters), null, new byte[0], reading);
    }

    /** Asks for something to be done. */
    <T extends @Nullable Object> T post(String path, byte[] json, Reading<T> reading) {
        return send("POST", target(path, Map.of()), "application/json", json, reading);
    }

    /** A text as a part of a path. */
    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String target(String path, Map<String, String> parameters) {
        StringJoiner query = new StringJoiner("&", "?", "").setEmptyValue("");
        parameters.forEach((name, value) -> query.add(name + "=" + encode(value)));
        return API + path + query;
    }

    private <T extends @Nullable Object> T send(
            String method, String target, @Nullable String contentType, byte[] body, Reading<T> reading) {
        try (HttpReply reply = connect(method, target, contentType, body)) {
            if (reply.status() >= BAD_REQUEST) {
                throw refused(reply);
            }
            return reading.read(reply);
        } catch (IOException broken) {
            throw new CommandFailure(
                    ExitStatus.FAILED, "the daemon's answer broke off: " + broken.getMessage(), broken);
        }
    }

    private HttpReply connect(String method, String target, @Nullable String contentType, byte[] body) {
        try {
            return new UnixHttpClient(socket).send(method, target, contentType, body);
        } catch (IOException unreachable) {
            throw new CommandFailure(ExitStatus.UNREACHABLE, whyUnreachable(unreachable), unreachable);
        }
    }

    private String whyUnreachable(IOException unreachable) {
        String message = String.valueOf(unreachable.getMessage());
        if (message.toLowerCase(Locale.ROOT).contains("permission denied")) {
            return "this user may not open " + socket + ": try it with sudo";
        }
        if (!Files.exists(socket) || message.toLowerCase(Locale.ROOT).contains("connection refused")) {
            return "no daemon answers on " + socket
                    + ": start it with 'espalier run -c FILE', or name its socket with --socket";
        }
        return "what listens on " + socket + " does not answer like Espalier: " + message;
    }

    /** The problem (RFC 9457) as a failure; errors of a configuration stand below the sentence, one a line. */
    private static CommandFailure refused(HttpReply reply) throws IOException {
        Optional<JsonObject> problem = "application/problem+json".equals(reply.header("content-type"))
                ? JsonObject.of(JsonReader.read(reply.body()))
                : Optional.empty();
        StringBuilder text = new StringBuilder(
                problem.map(found -> found.text("detail")).orElse("the daemon answered with status " + reply.status()));
        problem.ifPresent(found -> found.objects("errors")
                .forEach(error ->
                        text.append(System.lineSeparator()).append("  ").append(error.text("text"))));
        return new CommandFailure(ExitStatus.FAILED, text.toString());
    }
}

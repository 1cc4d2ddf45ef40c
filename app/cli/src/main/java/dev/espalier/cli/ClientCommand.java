package dev.espalier.cli;

import dev.espalier.transport.client.HttpReply;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A command that asks the running daemon. */
abstract class ClientCommand extends ReportCommand {

    /** Where the daemon listens unless told otherwise. */
    static final String SOCKET = "${env:ESPALIER_SOCKET:-/run/espalier/espalier.sock}";

    private static final int PIECE = 16 * 1024;

    @Option(
            names = "--socket",
            paramLabel = "PATH",
            defaultValue = SOCKET,
            description = "The daemon's socket (default: $ESPALIER_SOCKET or /run/espalier/espalier.sock).")
    private Path socket = Path.of("/run/espalier/espalier.sock");

    ApiClient client() {
        return new ApiClient(socket);
    }

    /** Something that shows an answer as a table. */
    @FunctionalInterface
    interface Rendering {
        /** Prints the answer, a map or a list. */
        void print(@Nullable Object answer);
    }

    /** Asks, and prints the answer in the form that is wanted. */
    int show(String path, Map<String, String> parameters, Rendering table) {
        return client().get(path, parameters, reply -> print(reply, table));
    }

    /** Prints an answer in the form that is wanted. */
    int print(HttpReply reply, Rendering table) throws IOException {
        switch (output()) {
            case TABLE -> table.print(JsonReader.read(reply.body()));
            case JSON -> copy(reply);
            case YAML -> out().print(new YamlText().of(JsonReader.read(reply.body())));
        }
        return ExitStatus.OK;
    }

    /** The answer as it comes. Ends early when nobody reads any more, as with {@code | head}. */
    void copy(HttpReply reply) throws IOException {
        Reader in = new BufferedReader(new InputStreamReader(reply.body(), StandardCharsets.UTF_8));
        char[] piece = new char[PIECE];
        for (int count = in.read(piece); count >= 0 && !out().checkError(); count = in.read(piece)) {
            out().write(piece, 0, count);
        }
    }
}

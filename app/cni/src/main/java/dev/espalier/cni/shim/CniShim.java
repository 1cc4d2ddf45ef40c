package dev.espalier.cni.shim;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Hands a call of a container runtime to the daemon, and its answer back.
 *
 * <p>The wire: {@code POST /api/v1/cni} with a body of one line {@code NAME=VALUE} for each variable whose name begins with
 * {@code CNI_}, an empty line, and standard input as it came. Status 200 means success; any other with a JSON body that has a
 * {@code code} is an error of CNI. Both go to standard output as they come.
 *
 * <p>It waits for the daemon as long as the runtime waits for this program: how long that may be the runtime knows better.
 */
public final class CniShim {

    private static final int SUCCESS = 0;
    private static final int FAILURE = 1;

    // The numbers of section "Error" of the specification.
    private static final int BAD_ENVIRONMENT = 4;
    private static final int IO_FAILURE = 5;
    private static final int TRY_AGAIN_LATER = 11;
    private static final int NOT_AVAILABLE = 50;

    private static final String NEWEST = "1.1.0";
    private static final String VERSIONS = "[\"0.3.1\",\"0.4.0\",\"1.0.0\",\"" + NEWEST + "\"]";
    /** Longer than any version. */
    private static final int LONGEST_VERSION = 16;

    private CniShim() {}

    /**
     * Hands on the call that environment and standard input describe, and ends the process: with 0 when the call succeeded, otherwise
     * with 1.
     *
     * @param arguments the daemon's socket, unless the environment names another one
     */
    public static void main(String... arguments) {
        int status = call(arguments.length == 0 ? "" : arguments[0]);
        // Not exit: nothing here needs to be done at the end.
        Runtime.getRuntime().halt(status);
    }

    private static int call(String installedSocket) {
        try {
            RuntimeEnvironment environment = RuntimeEnvironment.read();
            String command = environment.value("CNI_COMMAND");
            if (command.isEmpty()) {
                // A person has started it: do not wait for what is typed.
                return fail(
                        NEWEST,
                        BAD_ENVIRONMENT,
                        "CNI_COMMAND is not set",
                        "a container runtime calls this program, a person calls 'espalier cni'");
            }
            String broken = environment.variableWithLineBreak();
            if (!broken.isEmpty()) {
                return fail(NEWEST, BAD_ENVIRONMENT, broken + " has a line break in it", "it must be one line");
            }
            String otherSocket = environment.value("ESPALIER_SOCKET");
            byte[] input = new FileInputStream(FileDescriptor.in).readAllBytes();
            return ask(otherSocket.isEmpty() ? installedSocket : otherSocket, command, environment, input);
        } catch (IOException unreadable) {
            return fail(NEWEST, IO_FAILURE, "cannot read the call: " + unreadable.getMessage(), "");
        }
    }

    private static int ask(String socket, String command, RuntimeEnvironment environment, byte[] input) {
        String sentence;
        String advice;
        try {
            DaemonAnswer answer = DaemonSocket.post(socket, environment.call(), input);
            if (answer.isSuccess() || answer.isError()) {
                return write(answer.body()) && answer.isSuccess() ? SUCCESS : FAILURE;
            }
            sentence = "what listens on " + socket + " answered with status " + answer.status()
                    + ", which is no answer of CNI";
            advice =
                    "see what 'espalier status' says; if plugin and daemon are of different versions, run 'espalier cni install'";
        } catch (IOException away) {
            sentence = "no Espalier daemon answers on " + socket + ": " + away.getMessage();
            advice = "start it with 'espalier run', or name its socket with 'espalier cni install --socket'; until then"
                    + " the container runtime tries again";
        }
        String version = version(input);
        if (command.equals("VERSION")) {
            return write("{\"cniVersion\":\"" + version + "\",\"supportedVersions\":" + VERSIONS + "}")
                    ? SUCCESS
                    : FAILURE;
        }
        return fail(version, command.equals("STATUS") ? NOT_AVAILABLE : TRY_AGAIN_LATER, sentence, advice);
    }

    /**
     * The version in which the runtime wants its answer, without reading the JSON as a whole: its first {@code cniVersion}, which is
     * the configuration's own, since runtimes sort the keys. The newest when there is nothing of the kind.
     */
    private static String version(byte[] input) {
        String text = new String(input, StandardCharsets.ISO_8859_1);
        String key = "\"cniVersion\"";
        int at = text.indexOf(key);
        int from = at < 0 ? -1 : text.indexOf('"', at + key.length());
        int to = from < 0 ? -1 : text.indexOf('"', from + 1);
        if (to < 0 || to - from > LONGEST_VERSION || to == from + 1) {
            return NEWEST;
        }
        for (int i = from + 1; i < to; i++) {
            char each = text.charAt(i);
            if (each != '.' && (each < '0' || each > '9')) {
                return NEWEST;
            }
        }
        return text.substring(from + 1, to);
    }

    private static int fail(String version, int code, String sentence, String advice) {
        write("{\"cniVersion\":\"" + version + "\",\"code\":" + code + ",\"msg\":" + quoted(sentence)
                + (advice.isEmpty() ? "" : ",\"details\":" + quoted(advice)) + "}");
        return FAILURE;
    }

    /** A string of JSON (RFC 8259 section 7). */
    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char each = text.charAt(i);
            if (each == '"' || each == '\\') {
                quoted.append('\\');
            }
            // Nobody needs to see a control character, and to write one takes more than to leave it out.
            quoted.append(each < ' ' ? ' ' : each);
        }
        return quoted.append('"').toString();
    }

    private static boolean write(String text) {
        return write(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Whether the runtime has it. */
    private static boolean write(byte[] octets) {
        try {
            new FileOutputStream(FileDescriptor.out).write(octets);
            return true;
        } catch (IOException gone) {
            return false; // and nobody is left to be told
        }
    }
}

package dev.espalier.cni.shim;

import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * The environment that the container runtime gave, as octets: {@link System#getenv()} would read them by the locale, and runtimes often
 * have none. Immutable.
 */
final class RuntimeEnvironment {

    private static final String PREFIX = "CNI_";

    /** {@code NAME=VALUE}, each with a zero behind it. */
    private final byte[] variables;

    private RuntimeEnvironment(byte[] variables) {
        this.variables = variables;
    }

    /** That of this process. */
    static RuntimeEnvironment read() throws IOException {
        try (InputStream variables = new FileInputStream("/proc/self/environ")) {
            return new RuntimeEnvironment(variables.readAllBytes());
        }
    }

    /** The value of a variable; empty when it is not set. */
    String value(String name) {
        byte[] start = (name + "=").getBytes(StandardCharsets.US_ASCII);
        for (int at = 0; at < variables.length; at = end(at) + 1) {
            if (startsWith(at, start)) {
                return new String(variables, at + start.length, end(at) - at - start.length, StandardCharsets.UTF_8);
            }
        }
        return "";
    }

    /** The name of a variable of CNI that would become two lines of a call, hence two variables; empty when there is none. */
    String variableWithLineBreak() {
        byte[] prefix = PREFIX.getBytes(StandardCharsets.US_ASCII);
        for (int at = 0; at < variables.length; at = end(at) + 1) {
            if (startsWith(at, prefix) && indexOf((byte) '\n', at) < end(at)) {
                return new String(variables, at, indexOf((byte) '=', at) - at, StandardCharsets.UTF_8);
            }
        }
        return "";
    }

    /** The variables of CNI as the daemon wants them: one a line, and an empty line behind them. */
    byte[] call() {
        byte[] prefix = PREFIX.getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream call = new ByteArrayOutputStream();
        for (int at = 0; at < variables.length; at = end(at) + 1) {
            if (startsWith(at, prefix)) {
                call.write(variables, at, end(at) - at);
                call.write('\n');
            }
        }
        call.write('\n');
        return call.toByteArray();
    }

    private boolean startsWith(int at, byte[] start) {
        boolean same = at + start.length <= variables.length;
        for (int i = 0; same && i < start.length; i++) {
            same = variables[at + i] == start[i];
        }
        return same;
    }

    private int end(int at) {
        return indexOf((byte) 0, at);
    }

    /** Where an octet is, from here on; behind the last one when it is nowhere. */
    private int indexOf(byte octet, int from) {
        int at = from;
        while (at < variables.length && variables[at] != octet) {
            at++;
        }
        return at;
    }
}

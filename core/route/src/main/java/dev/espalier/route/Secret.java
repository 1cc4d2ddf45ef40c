package dev.espalier.route;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A password. Prints as dots, so that no log line, plan or error can give it away; compared by value. */
public final class Secret {

    private final byte[] octets;

    private Secret(byte[] octets) {
        this.octets = octets;
    }

    /** The secret whose UTF-8 octets the text has. */
    public static Secret of(String text) {
        return new Secret(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A copy of the octets, for the one call that hands them to the kernel. */
    public byte[] reveal() {
        return octets.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret secret && Arrays.equals(octets, secret.octets);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(octets);
    }

    @Override
    public String toString() {
        return "••••••";
    }
}

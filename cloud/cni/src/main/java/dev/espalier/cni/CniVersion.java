package dev.espalier.cni;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The versions of the specification that are spoken, oldest first. */
public enum CniVersion {
    /** The oldest that runtimes in use still write. The same as 0.3.0, but for the name of a field there. */
    V0_3_1("0.3.1"),
    /** Adds CHECK. */
    V0_4_0("0.4.0"),
    /** Addresses no longer say of which family they are. */
    V1_0_0("1.0.0"),
    /** Adds GC and STATUS, and more about interfaces and routes. */
    V1_1_0("1.1.0");

    private final String text;

    CniVersion(String text) {
        this.text = text;
    }

    /** As it is written. */
    public String text() {
        return text;
    }

    /** The newest. */
    public static CniVersion newest() {
        return V1_1_0;
    }

    /** All, as they are written. */
    public static List<String> all() {
        return Arrays.stream(values()).map(CniVersion::text).toList();
    }

    /** The one that is written so, if it is known. */
    public static Optional<CniVersion> of(String text) {
        return Arrays.stream(values())
                .filter(version -> version.text.equals(text))
                .findFirst();
    }

    /** Whether it is that one or newer. */
    public boolean has(CniVersion first) {
        return compareTo(first) >= 0;
    }
}

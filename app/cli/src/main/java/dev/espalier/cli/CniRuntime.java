package dev.espalier.cli;

import java.io.IOException;
import java.nio.file.Path;

/** Makes the Java runtime that the plugin brings along. */
interface CniRuntime {

    /** A word that differs for each runtime that would be made differently; fit for a file's name. */
    String identity() throws IOException;

    /**
     * Makes it.
     *
     * @param folder does not exist yet; afterwards holds {@code bin/java}
     * @param socket of the daemon that runs
     */
    void make(Path folder, Path socket) throws IOException;
}

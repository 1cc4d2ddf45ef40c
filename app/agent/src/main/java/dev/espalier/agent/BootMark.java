package dev.espalier.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Tells a restart of the daemon from a restart of the host: a file beside the API's socket holds the kernel's boot id as of the
 * last run. BGP needs to know, because only after a restart of the daemon alone has forwarding gone on (RFC 4724, the F bit).
 */
final class BootMark {

    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    private final Path file;

    private BootMark(Path file) {
        this.file = file;
    }

    /** The mark of the daemon whose API listens on a socket. */
    static BootMark beside(Path socket) {
        return new BootMark(Path.of(socket + ".boot"));
    }

    /**
     * Whether an earlier run was noted since the host was started.
     *
     * @throws UncheckedIOException when the file cannot be read
     */
    boolean isOfThisBoot() {
        try {
            return bootId().equals(earlier());
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot read " + file + ": " + failed.getMessage(), failed);
        }
    }

    /**
     * Notes this run, once it has started.
     *
     * @throws UncheckedIOException when the folder cannot be written to, naming it
     */
    void note() {
        try {
            Files.writeString(file, bootId() + "\n");
        } catch (IOException failed) {
            throw new UncheckedIOException(
                    "cannot write " + file + " (" + failed.getMessage() + "): run as root, or choose another --socket",
                    failed);
        }
    }

    private static String bootId() throws IOException {
        return Files.readString(BOOT_ID).strip();
    }

    private String earlier() throws IOException {
        try {
            return Files.readString(file).strip();
        } catch (NoSuchFileException first) {
            return "";
        }
    }
}

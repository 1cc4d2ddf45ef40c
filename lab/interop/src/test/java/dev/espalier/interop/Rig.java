package dev.espalier.interop;

import dev.espalier.lab.Cable;
import dev.espalier.lab.Namespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Two namespaces and a cable: ours, where Espalier runs, and the peer's, with fixed addresses of both families.
 */
final class Rig implements AutoCloseable {

    static final String OURS = "10.9.0.1";
    static final String THEIRS = "10.9.0.2";
    static final String OURS_6 = "2001:db8:9::1";
    static final String THEIRS_6 = "2001:db8:9::2";
    static final String OURS_LINK_LOCAL = "fe80::a";
    static final String THEIRS_LINK_LOCAL = "fe80::b";

    private static final AtomicInteger COUNT = new AtomicInteger();

    private final Namespace ours;
    private final Namespace theirs;
    private final Cable cable;
    private final Path directory;

    private Rig(Namespace ours, Namespace theirs, Cable cable, Path directory) {
        this.ours = ours;
        this.theirs = theirs;
        this.cable = cable;
        this.directory = directory;
    }

    /** Namespaces that nobody else has, with addresses of both families. */
    static Rig create(String purpose) {
        String prefix = "esp-io-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();
        Namespace ours = new Namespace(prefix + "-us").create();
        Namespace theirs = new Namespace(prefix + "-peer").create();
        try {
            Cable cable = Cable.between(ours, "eth0", theirs, "eth0").create();
            // Daemons that give up their rights must still be able to reach their own folder.
            Path directory = Files.createTempDirectory(
                    "esp-io-" + purpose + "-",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
            Rig rig = new Rig(ours, theirs, cable, directory);
            rig.address();
            return rig;
        } catch (IOException failure) {
            ours.delete();
            theirs.delete();
            throw new UncheckedIOException(failure);
        }
    }

    private void address() {
        ours.ip(List.of("addr add " + OURS + "/24 dev eth0", "addr add " + OURS_6 + "/64 dev eth0 nodad"));
        theirs.ip(List.of("addr add " + THEIRS + "/24 dev eth0", "addr add " + THEIRS_6 + "/64 dev eth0 nodad"));
    }

    /** Gives both ends a link-local address that is known beforehand, in place of the kernel's. */
    void addressLinkLocal() {
        ours.ip("addr flush dev eth0 scope link");
        theirs.ip("addr flush dev eth0 scope link");
        ours.ip("addr add " + OURS_LINK_LOCAL + "/64 dev eth0 nodad");
        theirs.ip("addr add " + THEIRS_LINK_LOCAL + "/64 dev eth0 nodad");
    }

    /** Takes the cable out, or puts it back; a global IPv6 address goes with its link, so it is given again. */
    void plugged(boolean in) {
        cable.setUp(in);
        if (in) {
            ours.ip("addr replace " + OURS_6 + "/64 dev eth0 nodad");
            theirs.ip("addr replace " + THEIRS_6 + "/64 dev eth0 nodad");
        }
    }

    Namespace ours() {
        return ours;
    }

    Namespace theirs() {
        return theirs;
    }

    Path directory() {
        return directory;
    }

    @Override
    public void close() {
        ours.delete();
        theirs.delete();
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}

package dev.espalier.transport;

import dev.espalier.route.Transport.TransportException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The file of a listening Unix socket: who may connect is decided by its permissions, so they must never be wider than asked.
 *
 * @param path where it is
 * @param key which file it is, to tell ours from a successor's
 */
record SocketFile(Path path, @Nullable Object key) {

    /** {@code sun_path} has 108 octets, with a zero at the end. */
    private static final int LONGEST = 107;

    /**
     * Makes room: removes what a dead daemon has left.
     *
     * @throws TransportException when a daemon answers there, or something else is in the way
     */
    static void clear(Path path) {
        int length = path.toString().getBytes(StandardCharsets.UTF_8).length;
        if (length > LONGEST) {
            throw new TransportException(
                    "the path " + path + " is too long for a Unix socket: " + length + " octets, " + LONGEST
                            + " at most",
                    null);
        }
        try {
            BasicFileAttributes found =
                    Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (!found.isOther()) {
                throw new TransportException(path + " exists and is not a socket; move it away", null);
            }
            if (answers(path)) {
                throw new TransportException("another daemon answers on " + path, null);
            }
            Files.deleteIfExists(path);
        } catch (NoSuchFileException free) {
            return;
        } catch (IOException refused) {
            throw new TransportException("cannot replace " + path + ": " + refused.getMessage(), refused);
        }
    }

    private static boolean answers(Path path) {
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return probe.connect(UnixDomainSocketAddress.of(path));
        } catch (IOException dead) {
            return false;
        }
    }

    /**
     * Before binding: takes the permissions of all but the owner from the socket itself. The kernel gives a socket file the mode
     * of its socket (less the umask), so there is no moment in which others could connect; and unlike a change of the umask this
     * touches no other thread.
     */
    static void restrict(int descriptor) throws IOException {
        Files.setPosixFilePermissions(
                Path.of("/proc/self/fd/" + descriptor), PosixFilePermissions.fromString("rw-------"));
    }

    /** After binding: grants what was asked for. */
    static SocketFile open(Path path, Set<PosixFilePermission> permissions) throws IOException {
        Files.setPosixFilePermissions(path, permissions);
        return new SocketFile(path, key(path));
    }

    private static @Nullable Object key(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    /** Removes the file, unless another daemon has put its own there. */
    void remove() {
        try {
            if (key != null && key.equals(key(path))) {
                Files.deleteIfExists(path);
            }
        } catch (IOException gone) {
            // Somebody else has removed it, or its directory: what we wanted.
        }
    }
}

package dev.espalier.agent.api;

import dev.espalier.route.EventSink;
import dev.espalier.route.Transport.TransportException;
import dev.espalier.transport.HttpServer;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** The API on its Unix socket. Any thread. */
public final class ApiServer implements AutoCloseable {

    /** Whoever is on this host may read; {@link ApiHandler} lets only root and the daemon's own user change things. */
    private static final Set<PosixFilePermission> EVERYBODY = PosixFilePermissions.fromString("rw-rw-rw-");

    private final HttpServer server;

    private ApiServer(HttpServer server) {
        this.server = server;
    }

    /**
     * Opens the socket and answers from now on.
     *
     * @param socket its directory is made when it is missing; what a dead daemon left there is replaced
     * @param events hears of faults in the API itself
     * @throws TransportException when another daemon answers there, or the socket cannot be made
     */
    public static ApiServer start(Path socket, Daemon daemon, EventSink events) {
        HttpServer server = new HttpServer(new ApiHandler(daemon, ownUid()), events);
        try {
            Path directory = socket.toAbsolutePath().getParent();
            if (directory != null) {
                Files.createDirectories(directory);
            }
            server.listen(UnixDomainSocketAddress.of(socket), EVERYBODY);
            return new ApiServer(server);
        } catch (IOException refused) {
            server.close();
            throw new TransportException(
                    "cannot make the directory of " + socket + ": " + refused.getMessage(), refused);
        } catch (TransportException refused) {
            server.close();
            throw refused;
        }
    }

    /** Java has no call for it, but the kernel shows each process as a directory that belongs to its user. */
    private static int ownUid() {
        try {
            return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        } catch (IOException unreadable) {
            throw new TransportException("cannot read /proc/self: " + unreadable.getMessage(), unreadable);
        }
    }

    /** Stops answering and removes the socket. */
    @Override
    public void close() {
        server.close();
    }
}

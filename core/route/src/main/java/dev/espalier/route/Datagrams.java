package dev.espalier.route;

import dev.espalier.net.IpAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The port to UDP, for protocols that must know how far a datagram has come: the TTL with which it arrived, the address it was sent
 * to and the link it came in on.
 *
 * <p>Sockets belong to one {@link Loop}, on which all is called that is said here. What has arrived is handed over before timers
 * of that loop that have become due meanwhile: after a pause of the whole process, silence of a peer is not mistaken for what is
 * only unread.
 */
public interface Datagrams {

    /**
     * Opens a socket.
     *
     * @param receiver hears what arrives, on the loop; null for a socket that only sends: what arrives on it is not read
     * @throws Transport.TransportException with the address and the kernel's reason, such as a port in use
     */
    Socket open(Options options, @Nullable Receiver receiver);

    /**
     * What kind of socket.
     *
     * @param local the local address; unspecified for all of its family
     * @param port the local port, 1 to 65535; taken for ourselves alone
     * @param ttl the TTL or hop limit of what is sent, 1 to 255
     */
    record Options(IpAddress local, int port, int ttl) {}

    /** An open socket. */
    interface Socket extends AutoCloseable {
        /**
         * Sends a datagram, at once or not at all.
         *
         * @param link the kernel's number of the link to leave by, for a link-local address; otherwise 0
         * @throws Transport.TransportException with the kernel's reason, such as no route
         */
        void send(IpAddress remote, int port, int link, byte[] octets);

        @Override
        void close();
    }

    /** Hears what arrives. */
    @FunctionalInterface
    interface Receiver {
        /** A datagram has arrived. */
        void received(Datagram datagram);
    }

    /**
     * A datagram that has arrived.
     *
     * @param source who sent it
     * @param sourcePort from which port
     * @param destination to which of our addresses
     * @param link the kernel's number of the link it came in on
     * @param ttl its TTL or hop limit, 0 to 255; -1 when the kernel did not tell
     * @param octets what it holds, big-endian; not the receiver's to keep
     */
    record Datagram(IpAddress source, int sourcePort, IpAddress destination, int link, int ttl, ByteBuffer octets) {}
}

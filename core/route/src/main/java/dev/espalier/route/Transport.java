package dev.espalier.route;

import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The port to TCP. Connections carry octets; framing is the protocol's business.
 *
 * <p>Every connection belongs to one {@link Loop} of this transport, on which all its callbacks run. Any thread may call
 * {@link #listen}, {@link #connect} and {@link #loop}.
 */
public interface Transport {

    /** A loop of this transport, for the connections of one peer: those that must see each other belong on the same one. */
    Loop loop();

    /**
     * Starts to accept connections.
     *
     * @throws TransportException with the address and the kernel's reason, such as a port in use or missing rights
     */
    Listener listen(ListenOptions options, Acceptor acceptor);

    /**
     * Starts to connect; the outcome comes to the handler as {@link ConnectionHandler#opened} or
     * {@link ConnectionHandler#closed}, on the loop given.
     *
     * @param loop one that {@link #loop} returned
     */
    void connect(ConnectOptions options, Loop loop, ConnectionHandler handler);

    /**
     * Where and how to listen.
     *
     * @param address the local address; unspecified for all of its family
     * @param port 0 for any free one
     * @param link the name of the link (or VRF device) to be bound to, or null
     */
    record ListenOptions(
            IpAddress address, int port, @Nullable String link) {}

    /**
     * How to connect.
     *
     * @param remote whom to reach
     * @param port the remote port, 1 to 65535
     * @param source the local address, or null to let the kernel choose
     * @param link the name of the link to leave by, or null; needed for a link-local address
     * @param password for TCP-MD5 (RFC 2385), or null
     * @param ttl the TTL or hop limit of outgoing packets, 1 to 255
     * @param minimumTtl packets that arrive with less are dropped by the kernel (RFC 5082); 0 for no such check
     */
    record ConnectOptions(
            IpAddress remote,
            int port,
            @Nullable IpAddress source,
            @Nullable String link,
            @Nullable Secret password,
            int ttl,
            int minimumTtl) {}

    /**
     * One end of a connection.
     *
     * @param address the address
     * @param port the TCP port
     * @param link the kernel's index of the link when the address is link-local, otherwise 0
     */
    record Endpoint(IpAddress address, int port, int link) {
        @Override
        public String toString() {
            return address instanceof dev.espalier.net.Ipv6Address ? "[" + address + "]:" + port : address + ":" + port;
        }
    }

    /** A listening socket. Any thread. */
    interface Listener extends AutoCloseable {
        /** The port it listens on. */
        int port();

        /**
         * Sets, changes or (with null) removes the TCP-MD5 key for peers within a prefix. Keys are looked up by the longest
         * prefix. A change concerns connections that are accepted from then on; an open one keeps its key.
         *
         * @throws TransportException when the kernel refuses, with its reason
         */
        void password(IpPrefix peers, @Nullable Secret password);

        /** Stops listening; accepted connections stay. */
        @Override
        void close();
    }

    /** Decides what becomes of a connection that a peer opened. Called on a loop of the transport; must not block. */
    interface Acceptor {
        /** The connection's home, or null to close it at once. */
        @Nullable
        Acceptance accept(Endpoint remote, Endpoint local);
    }

    /**
     * Where an accepted connection goes.
     *
     * @param loop the loop that shall own it, one that {@link Transport#loop} returned
     * @param handler who hears of it, on that loop; {@link ConnectionHandler#opened} comes first
     * @param ttl the TTL or hop limit of outgoing packets, 1 to 255
     * @param minimumTtl as in {@link ConnectOptions}; in force before the handler sees a byte
     */
    record Acceptance(Loop loop, ConnectionHandler handler, int ttl, int minimumTtl) {}

    /** An open connection. All methods on its loop only. */
    interface Connection {
        /** The local end. */
        Endpoint local();

        /** The peer's end. */
        Endpoint remote();

        /**
         * Sends octets, after those given before. The array must not change any more: several connections may share it. What
         * cannot be sent at once is kept; {@link #writable} says when to stop.
         */
        void write(byte[] octets);

        /** Octets given to {@link #write} that the kernel has not yet taken. */
        int pendingOctets();

        /** Whether little enough is waiting to be sent that more may be given. */
        boolean writable();

        /** Stops ({@code false}) or resumes ({@code true}) reading, so that a peer waits rather than fills our memory. */
        void reading(boolean wanted);

        /** Closes after what was written has been sent, so that a last NOTIFICATION arrives. Gives up after a second. */
        void close();

        /** Closes now, with a reset; what was not sent is lost. */
        void abort();
    }

    /** Hears what happens on one connection. All methods are called on the connection's loop. */
    interface ConnectionHandler {
        /** The connection is open. Comes first, and once. */
        void opened(Connection connection);

        /**
         * Octets have arrived. The handler consumes what it understands by moving the position; what it leaves comes again,
         * before what arrives next. The buffer is big-endian, and is not the handler's to keep.
         */
        void received(Connection connection, ByteBuffer octets);

        /** {@link Connection#writable} has become true again. */
        void writable(Connection connection);

        /**
         * The connection is closed, or could not be opened. Comes last, and once, also after a close of our own.
         *
         * @param reason a sentence for people; null when the peer or we closed it in an orderly way
         */
        void closed(@Nullable String reason);
    }

    /** The kernel refused what was asked; the message says what, where and why. */
    final class TransportException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        /** With a sentence for people. */
        public TransportException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }
}

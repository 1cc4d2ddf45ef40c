package dev.espalier.bench.load;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;

/** A neighbour that waits for a daemon to start and connect. Measures how long after its start the session is Established. */
final class WaitingPeer {

    private WaitingPeer() {}

    /**
     * Accepts connections until one has become Established.
     *
     * @return {@link System#currentTimeMillis} of when
     * @throws UsageException when there is none in time
     */
    static long established(Peer peer, int port, Duration limit) throws IOException {
        InetAddress address = InetAddress.getByName(peer.host());
        long end = System.nanoTime() + limit.toNanos();
        try (ServerSocket server = new ServerSocket()) {
            server.setReuseAddress(true);
            server.bind(new InetSocketAddress(address, port));
            while (System.nanoTime() < end) {
                server.setSoTimeout((int) Math.max(1, (end - System.nanoTime()) / 1_000_000));
                try (Socket connection = server.accept()) {
                    connection.setTcpNoDelay(true);
                    connection.setSoTimeout((int) limit.toMillis());
                    if (comesUp(connection, peer)) {
                        return System.currentTimeMillis();
                    }
                }
            }
        } catch (SocketTimeoutException nobody) {
            throw new UsageException("no daemon had a session with " + peer.host() + " on port " + port + " within "
                    + limit.toSeconds() + " s");
        }
        throw new UsageException("no session came up within " + limit.toSeconds() + " s");
    }

    /** The handshake of RFC 4271, section 8; false when the daemon ends it. */
    private static boolean comesUp(Socket connection, Peer peer) throws IOException {
        DataInputStream in = new DataInputStream(connection.getInputStream());
        OutputStream out = connection.getOutputStream();
        out.write(Octets.open(peer.asn(), peer.identifier(), peer.ipv6()));
        while (true) {
            byte[] header = in.readNBytes(Octets.HEADER);
            if (header.length < Octets.HEADER) {
                return false;
            }
            in.skipNBytes(Octets.u16(header, 16) - Octets.HEADER);
            switch (header[18]) {
                case Octets.OPEN -> out.write(Octets.keepalive());
                case Octets.KEEPALIVE -> {
                    return true;
                }
                default -> {
                    return false;
                }
            }
        }
    }
}

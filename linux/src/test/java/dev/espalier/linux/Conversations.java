package dev.espalier.linux;

import dev.espalier.net.IpAddress;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** Servers in test namespaces that say who has called, and calls from namespaces to them, over real sockets. */
final class Conversations implements AutoCloseable {

    /** What a call brings that nobody answers. */
    static final String SILENCE = "silence";

    private static final int MOMENT_MILLIS = 400;
    private static final int PATIENCE_MILLIS = 10_000;
    private static final int LONGEST = 64;

    private final List<AutoCloseable> open = new ArrayList<>();

    /** Answers TCP connections, and datagrams, to a port in a namespace with the address they come from. */
    void answer(TestNamespace where, String address, int port) {
        try {
            InetSocketAddress local = new InetSocketAddress(address, port);
            ServerSocket stream = where.namespace().call(() -> new ServerSocket(port, 50, local.getAddress()));
            DatagramSocket datagrams = where.namespace().call(() -> new DatagramSocket(local));
            open.add(stream);
            open.add(datagrams);
            Thread.ofPlatform().daemon().start(() -> streams(stream));
            Thread.ofPlatform().daemon().start(() -> datagrams(datagrams));
        } catch (Exception failed) {
            throw new AssertionError("no server at " + address + " port " + port, failed);
        }
    }

    private static void streams(ServerSocket server) {
        while (!server.isClosed()) {
            try (Socket caller = server.accept()) {
                caller.getOutputStream().write(bytes(caller.getInetAddress()));
            } catch (IOException closed) {
                // the loop's condition says whether it was the server
            }
        }
    }

    private static void datagrams(DatagramSocket server) {
        while (!server.isClosed()) {
            try {
                DatagramPacket packet = new DatagramPacket(new byte[LONGEST], LONGEST);
                server.receive(packet);
                byte[] answer = bytes(packet.getAddress());
                server.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
            } catch (IOException closed) {
                // the loop's condition says whether it was the server
            }
        }
    }

    private static byte[] bytes(InetAddress address) {
        return IpAddress.ofBytes(address.getAddress()).toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** Connects by TCP. @return the address that the server saw, or why there is none */
    static String connect(TestNamespace from, String address, int port) {
        return connect(from, address, port, PATIENCE_MILLIS);
    }

    /** As {@link #connect} where nobody is expected to answer: waits a moment only. */
    static String connectInVain(TestNamespace from, String address, int port) {
        return connect(from, address, port, MOMENT_MILLIS);
    }

    private static String connect(TestNamespace from, String address, int port, int patienceMillis) {
        return call(from, () -> {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(address, port), patienceMillis);
                socket.setSoTimeout(patienceMillis);
                return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            }
        });
    }

    /** Sends a datagram. @return the address that the server saw, or why there is none */
    static String send(TestNamespace from, String address, int port) {
        try (DatagramSocket socket = sender(from)) {
            return send(socket, address, port);
        }
    }

    /** A socket that goes on sending from the same port. */
    static DatagramSocket sender(TestNamespace from) {
        try {
            return from.namespace().call(DatagramSocket::new);
        } catch (Exception failed) {
            throw new AssertionError(failed);
        }
    }

    /** Sends a datagram. @return the address that the server saw, or why there is none */
    static String send(DatagramSocket socket, String address, int port) {
        return send(socket, address, port, PATIENCE_MILLIS);
    }

    /** As {@link #send} where nobody is expected to answer: waits a moment only. */
    static String sendInVain(DatagramSocket socket, String address, int port) {
        return send(socket, address, port, MOMENT_MILLIS);
    }

    private static String send(DatagramSocket socket, String address, int port, int patienceMillis) {
        try {
            socket.setSoTimeout(patienceMillis);
            socket.send(new DatagramPacket(new byte[1], 1, new InetSocketAddress(address, port)));
            DatagramPacket answer = new DatagramPacket(new byte[LONGEST], LONGEST);
            socket.receive(answer);
            return new String(answer.getData(), 0, answer.getLength(), StandardCharsets.US_ASCII);
        } catch (SocketTimeoutException silence) {
            return SILENCE;
        } catch (IOException refused) {
            return String.valueOf(refused.getMessage());
        }
    }

    /**
     * Sends octets over TCP.
     *
     * @param address of the receiver, which listens there
     * @return how long it took until the receiver had all
     */
    static Duration transfer(TestNamespace from, TestNamespace to, String address, int port, int octets) {
        InetSocketAddress place = new InetSocketAddress(address, port);
        try (ServerSocket server = to.namespace().call(() -> new ServerSocket(port, 1, place.getAddress()))) {
            server.setSoTimeout(PATIENCE_MILLIS);
            Thread sender = Thread.ofPlatform()
                    .daemon()
                    .start(() -> call(from, () -> {
                        try (Socket socket = new Socket()) {
                            socket.connect(place, PATIENCE_MILLIS);
                            socket.getOutputStream().write(new byte[octets]);
                            return "";
                        }
                    }));
            try (Socket socket = server.accept()) {
                socket.setSoTimeout(PATIENCE_MILLIS);
                long start = System.nanoTime();
                int received = socket.getInputStream().readNBytes(octets).length;
                Duration took = Duration.ofNanos(System.nanoTime() - start);
                sender.join();
                if (received < octets) {
                    throw new AssertionError("only " + received + " octets came to " + place);
                }
                return took;
            }
        } catch (Exception failed) {
            throw new AssertionError("sending to " + place, failed);
        }
    }

    private static String call(TestNamespace from, Callable<String> body) {
        try {
            return from.namespace().call(body);
        } catch (SocketTimeoutException silence) {
            return SILENCE;
        } catch (IOException refused) {
            return String.valueOf(refused.getMessage());
        } catch (Exception failed) {
            throw new AssertionError(failed);
        }
    }

    @Override
    public void close() {
        for (AutoCloseable each : open) {
            try {
                each.close();
            } catch (Exception failed) {
                throw new AssertionError(failed);
            }
        }
    }
}

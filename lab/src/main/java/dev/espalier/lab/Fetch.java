package dev.espalier.lab;

import dev.espalier.linux.NetworkNamespace;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;

/**
 * One small fetch over TCP between two namespaces, without a program in either: sockets of this process that were opened there. The
 * server answers with the address that it sees.
 */
final class Fetch {

    private static final int PATIENCE_MILLIS = 3000;

    private Fetch() {}

    /**
     * What was fetched.
     *
     * @param milliseconds from the first packet to the end of the answer
     * @param seenAs the address that the server saw
     */
    record Answer(double milliseconds, String seenAs) {}

    /**
     * Connects and reads the answer to its end. Waits for it.
     *
     * @throws LabException when there is none within 3 s
     */
    static Answer over(Endpoint from, Endpoint to) {
        try (ServerSocket server = inside(to.namespace(), () -> new ServerSocket(0));
                Socket client = inside(from.namespace(), Fetch::unconnected)) {
            server.setSoTimeout(PATIENCE_MILLIS);
            Thread.ofVirtual().start(() -> answer(server));
            long start = System.nanoTime();
            client.setSoTimeout(PATIENCE_MILLIS);
            client.connect(new InetSocketAddress(to.address().toString(), server.getLocalPort()), PATIENCE_MILLIS);
            String seenAs = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Answer((System.nanoTime() - start) / 1e6, seenAs);
        } catch (IOException failure) {
            throw new LabException(
                    "pings from %s to %s are answered, but nothing can be fetched over TCP: %s"
                            .formatted(from, to, failure.getMessage()),
                    failure);
        }
    }

    /** A socket that exists, and hence belongs to the namespace: Java's would only do so when it connects. */
    private static Socket unconnected() throws IOException {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(0));
        return socket;
    }

    private static void answer(ServerSocket server) {
        try (Socket visitor = server.accept()) {
            visitor.getOutputStream()
                    .write(visitor.getInetAddress().getHostAddress().getBytes(StandardCharsets.UTF_8));
        } catch (IOException gone) {
            // The client, which is in this process, says what is wrong.
            System.getLogger(Fetch.class.getName()).log(System.Logger.Level.DEBUG, "nobody came", gone);
        }
    }

    private static <T> T inside(Namespace namespace, Callable<T> body) throws IOException {
        try {
            return NetworkNamespace.named(namespace.name()).call(body);
        } catch (IOException | RuntimeException thrown) {
            throw thrown;
        } catch (Exception other) {
            throw new IOException("no socket in " + namespace.name(), other);
        }
    }
}

package dev.espalier.interop;

import dev.espalier.lab.Namespace;
import dev.espalier.linux.NetworkNamespace;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/** Says hello to everybody who connects to a TCP port in a namespace. */
final class Greeter implements AutoCloseable {

    private static final String HELLO = "hello";
    private static final int PATIENCE_MILLIS = 2000;

    private final ServerSocket socket;
    private final AtomicInteger visitors = new AtomicInteger();

    Greeter(Namespace where, int port) {
        try {
            socket = NetworkNamespace.named(where.name()).call(() -> new ServerSocket(port));
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
        Thread.ofPlatform().daemon().name("greeter").start(this::greet);
    }

    private void greet() {
        while (!socket.isClosed()) {
            try (Socket visitor = socket.accept();
                    OutputStream out = visitor.getOutputStream()) {
                out.write(HELLO.getBytes(StandardCharsets.UTF_8));
                visitors.incrementAndGet();
            } catch (IOException gone) {
                // the next one, or the end
            }
        }
    }

    int visitors() {
        return visitors.get();
    }

    /** Whether somebody in a namespace who connects there is greeted. */
    static boolean heard(Namespace from, String address, int port) {
        try (Socket socket = NetworkNamespace.named(from.name()).call(() -> {
            Socket opened = new Socket();
            opened.connect(new InetSocketAddress(address, port), PATIENCE_MILLIS);
            return opened;
        })) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).equals(HELLO);
        } catch (Exception silent) {
            return false;
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException alreadyGone) {
            throw new IllegalStateException(alreadyGone);
        }
    }
}

package dev.espalier.interop;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/**
 * A program of its own, because a thread of the tests cannot change its network namespace: connects to an address and passes on
 * octets between that connection and its standard input and output. Ends with either side.
 */
final class SocketPipe {

    private SocketPipe() {}

    /** @param arguments our address, their address, their port */
    public static void main(String[] arguments) throws IOException {
        try (Socket socket = new Socket()) {
            socket.bind(new InetSocketAddress(InetAddress.getByName(arguments[0]), 0));
            socket.connect(
                    new InetSocketAddress(InetAddress.getByName(arguments[1]), Integer.parseInt(arguments[2])), 5000);
            socket.setTcpNoDelay(true);
            Thread out = Thread.ofPlatform().daemon().start(() -> copyOut(socket));
            copy(socket.getInputStream(), System.out);
            out.interrupt();
        }
    }

    private static void copyOut(Socket socket) {
        try {
            copy(System.in, socket.getOutputStream());
            socket.shutdownOutput();
        } catch (IOException closed) {
            System.err.println("no longer connected: " + closed.getMessage());
        }
    }

    private static void copy(InputStream in, OutputStream out) throws IOException {
        byte[] octets = new byte[65536];
        for (int count = in.read(octets); count >= 0; count = in.read(octets)) {
            out.write(octets, 0, count);
            out.flush();
        }
    }
}

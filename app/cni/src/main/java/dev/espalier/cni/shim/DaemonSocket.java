package dev.espalier.cni.shim;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;

/** The daemon's API, as far as a call needs it: one request of HTTP/1.1 on a connection of its own. */
final class DaemonSocket {

    private static final int PIECE = 8 * 1024;

    private DaemonSocket() {}

    /**
     * Asks the daemon, and waits for its answer.
     *
     * @param call the first part of the body
     * @param input the second part
     * @throws IOException when nobody is there, or the answer is not complete or not HTTP
     */
    static DaemonAnswer post(String socket, byte[] call, byte[] input) throws IOException {
        String head =
                "POST /api/v1/cni HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: text/plain\r\n"
                        + "Content-Length: " + (call.length + input.length) + "\r\n\r\n";
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            write(channel, head.getBytes(StandardCharsets.US_ASCII), call, input);
            return DaemonAnswer.of(readAll(channel));
        } catch (InvalidPathException senseless) {
            throw new IOException("this is no path", senseless);
        }
    }

    /** In one piece where the kernel takes it: the daemon then needs to wake up once. */
    private static void write(SocketChannel channel, byte[]... parts) throws IOException {
        ByteArrayOutputStream request = new ByteArrayOutputStream(PIECE);
        for (byte[] part : parts) {
            request.write(part, 0, part.length);
        }
        ByteBuffer octets = ByteBuffer.wrap(request.toByteArray());
        while (octets.hasRemaining()) {
            channel.write(octets);
        }
    }

    private static byte[] readAll(SocketChannel channel) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream(PIECE);
        ByteBuffer piece = ByteBuffer.allocate(PIECE);
        while (channel.read(piece) >= 0) {
            all.write(piece.array(), 0, piece.position());
            piece.clear();
        }
        if (all.size() == 0) {
            throw new EOFException("it ended the connection without an answer");
        }
        return all.toByteArray();
    }
}

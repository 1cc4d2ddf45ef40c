package dev.espalier.cni.shim;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Listens on a Unix socket, reads one request of HTTP, and answers with these octets, whatever was asked. */
final class OneAnswer implements AutoCloseable {

    private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: ([0-9]+)\r\n");

    private final ServerSocketChannel listener;
    private final CompletableFuture<String> request = new CompletableFuture<>();

    OneAnswer(Path socket, String answer) throws IOException {
        listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(socket));
        Thread.ofVirtual().start(() -> serve(answer));
    }

    /** A whole answer. */
    static String http(int status, String type, String body) {
        return "HTTP/1.1 " + status + " Whatever\r\nContent-Type: " + type + "\r\nconnection: close\r\nContent-Length: "
                + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body;
    }

    /** What was asked, head and body. */
    String request() {
        return request.join();
    }

    private void serve(String answer) {
        try (SocketChannel channel = listener.accept()) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            ByteBuffer piece = ByteBuffer.allocate(64 * 1024);
            while (!isWhole(all) && channel.read(piece) >= 0) {
                all.write(piece.array(), 0, piece.position());
                piece.clear();
            }
            channel.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8)));
            request.complete(all.toString(StandardCharsets.UTF_8));
        } catch (IOException broken) {
            request.completeExceptionally(broken);
        }
    }

    private static boolean isWhole(ByteArrayOutputStream all) {
        String text = all.toString(StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        Matcher length = LENGTH.matcher(text);
        return end > 0 && length.find() && text.length() >= end + 4 + Integer.parseInt(length.group(1));
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}

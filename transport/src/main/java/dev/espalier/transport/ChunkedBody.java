package dev.espalier.transport;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http.DefaultHttpContent;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The stream to which a handler writes a long body. One chunk is on its way while the next is being filled; whoever writes waits
 * for the client, not in memory. One thread.
 */
final class ChunkedBody extends OutputStream {

    private static final int CHUNK = 32 * 1024;

    private final Channel channel;
    private final long patienceMillis;
    private byte[] chunk = new byte[CHUNK];
    private int used;
    private @Nullable ChannelFuture onItsWay;

    ChunkedBody(Channel channel, long patienceMillis) {
        this.channel = channel;
        this.patienceMillis = patienceMillis;
    }

    @Override
    public void write(int octet) throws IOException {
        if (used == CHUNK) {
            flush();
        }
        chunk[used++] = (byte) octet;
    }

    @Override
    public void write(byte[] octets, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, octets.length);
        int done = 0;
        while (done < length) {
            if (used == CHUNK) {
                flush();
            }
            int part = Math.min(length - done, CHUNK - used);
            System.arraycopy(octets, offset + done, chunk, used, part);
            used += part;
            done += part;
        }
    }

    @Override
    public void flush() throws IOException {
        if (used == 0) {
            return;
        }
        settle();
        onItsWay = channel.writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(chunk, 0, used)));
        chunk = new byte[CHUNK]; // the last one is not ours any more
        used = 0;
    }

    /** Sends what is left and waits until the kernel has it. */
    @Override
    public void close() throws IOException {
        flush();
        settle();
    }

    private void settle() throws IOException {
        ChannelFuture last = onItsWay;
        if (last == null) {
            return;
        }
        onItsWay = null;
        try {
            if (!last.await(patienceMillis)) {
                throw new IOException("the client took nothing for " + patienceMillis / 1000 + " s");
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped while waiting for the client", stopped);
        }
        if (!last.isSuccess()) {
            throw new IOException("the client is gone", last.cause());
        }
    }
}

package dev.espalier.bench.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * A daemon without a table, called {@code null}: accepts every session and copies each UPDATE to all others as it is. What it takes is
 * the floor of a measurement: sockets and the generator itself. One thread, until the process ends.
 */
final class Relay {

    private static final int BACKLOG = 4096;
    private static final int RECEIVE = 512 * 1024;
    private static final int IDENTIFIER = 0x0AFEFF01;

    private final ByteBuffer inbox = ByteBuffer.allocateDirect(RECEIVE + Octets.LONGEST_MESSAGE);
    private final List<Member> members = new ArrayList<>();
    private final Selector selector;
    private final ServerSocketChannel server;

    /** Listens at once. */
    Relay(InetSocketAddress address) throws IOException {
        selector = Selector.open();
        server = ServerSocketChannel.open();
        server.configureBlocking(false);
        server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        server.bind(address, BACKLOG);
        server.register(selector, SelectionKey.OP_ACCEPT);
    }

    /** Where it listens. */
    InetSocketAddress address() throws IOException {
        return (InetSocketAddress) server.getLocalAddress();
    }

    /** Serves until the thread is interrupted. */
    void serve() throws IOException {
        while (!Thread.currentThread().isInterrupted()) {
            selector.select(this::ready);
        }
        for (Member member : members) {
            member.channel.close();
        }
        server.close();
        selector.close();
    }

    private void ready(SelectionKey key) {
        try {
            if (key.isAcceptable()) {
                accept();
                return;
            }
            Member member = (Member) key.attachment();
            if (key.isWritable()) {
                member.flush();
            }
            if (key.isReadable()) {
                receive(member);
            }
        } catch (IOException gone) {
            key.cancel();
            members.remove((Member) key.attachment());
        }
    }

    private void accept() throws IOException {
        for (SocketChannel channel = server.accept(); channel != null; channel = server.accept()) {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
            Member member = new Member(channel, key);
            key.attach(member);
            members.add(member);
            byte[] open = Octets.open(Peer.DAEMON_ASN, IDENTIFIER, false);
            member.send(ByteBuffer.wrap(open));
        }
    }

    private void receive(Member from) throws IOException {
        inbox.clear().put(from.rest, 0, from.restLength);
        if (from.channel.read(inbox) < 0) {
            throw new IOException("closed");
        }
        int end = inbox.position();
        int at = 0;
        while (isWhole(at, end)) {
            int run = updatesFrom(at, end);
            if (run > at) {
                copy(from, at, run);
                at = run;
                continue;
            }
            if (type(at) == Octets.OPEN) {
                from.send(ByteBuffer.wrap(Octets.keepalive()));
            }
            from.up |= type(at) == Octets.KEEPALIVE;
            at += length(at);
        }
        from.restLength = end - at;
        inbox.get(at, from.rest, 0, from.restLength);
    }

    private boolean isWhole(int at, int end) {
        return end - at >= Octets.HEADER && end - at >= length(at);
    }

    private int length(int at) {
        return inbox.getShort(at + 16) & 0xFFFF;
    }

    private int type(int at) {
        return inbox.get(at + 18);
    }

    /** Where the complete UPDATE messages that begin here end. */
    private int updatesFrom(int start, int end) {
        int at = start;
        while (isWhole(at, end) && type(at) == Octets.UPDATE) {
            at += length(at);
        }
        return at;
    }

    private void copy(Member from, int start, int end) throws IOException {
        for (Member member : members) {
            if (member != from && member.up) {
                member.send(inbox.slice(start, end - start));
            }
        }
    }

    /** A neighbour, and what it has not taken yet. */
    private static final class Member {

        private final SocketChannel channel;
        private final SelectionKey key;
        private final byte[] rest = new byte[Octets.LONGEST_MESSAGE];
        private int restLength;
        private boolean up;

        /** Always ready to be written from. */
        private ByteBuffer out = ByteBuffer.allocateDirect(1 << 16).limit(0);

        Member(SocketChannel channel, SelectionKey key) {
            this.channel = channel;
            this.key = key;
        }

        /** Writes what the neighbour takes, and keeps a copy of what it does not. */
        void send(ByteBuffer octets) throws IOException {
            if (!out.hasRemaining()) {
                channel.write(octets);
            }
            if (octets.hasRemaining()) {
                keep(octets);
                flush();
            }
        }

        private void keep(ByteBuffer octets) {
            int length = octets.remaining();
            if (out.capacity() - out.limit() < length) {
                ByteBuffer larger = out.capacity() - out.remaining() > out.capacity() / 2 + length
                        ? out.compact()
                        : ByteBuffer.allocateDirect((out.remaining() + length) * 2)
                                .put(out);
                out = larger.flip();
            }
            int end = out.limit();
            out.limit(end + length);
            out.put(end, octets, octets.position(), length);
        }

        void flush() throws IOException {
            channel.write(out);
            if (!out.hasRemaining()) {
                out.clear().limit(0);
            }
            int wanted = out.hasRemaining() ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ;
            if (key.interestOps() != wanted) {
                key.interestOps(wanted);
            }
        }
    }
}

package dev.espalier.bench.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/** The BGP session of one peer that we play. It connects, again if need be, and never takes offence. The thread of {@link Exchange}. */
final class Session {

    /** How far it has come; RFC 4271, section 8.2.2, without what only a daemon needs. */
    enum State {
        IDLE,
        CONNECTING,
        OPEN_SENT,
        OPEN_CONFIRM,
        ESTABLISHED,
        ENDED
    }

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final byte[] KEEPALIVE = Octets.keepalive();

    /** Of an attempt that nobody answers: then the listen queue was full, and a real router would come again. */
    private static final long CONNECT_NANOS = 1_250_000_000L;

    /** What is written at once, and how often, before others are read from: the daemon shall not wait for our reading. */
    private static final int WRITE = 256 * 1024;

    private static final int WRITES = 4;

    private static final long RETRY_NANOS = 50_000_000L;
    private static final long KEEPALIVE_NANOS = 30_000_000_000L;

    final Peer peer;
    final Watch.@Nullable Table table;
    private final Exchange exchange;
    private final byte[] rest = new byte[Octets.LONGEST_MESSAGE];
    private int restLength;
    private State state = State.IDLE;
    private @Nullable SocketChannel channel;
    private @Nullable SelectionKey key;
    private ByteBuffer out = NOTHING;
    private long nextAttempt;
    private long lastSent;

    /** @param table what it is told; null when nobody watches it */
    Session(Peer peer, Watch.@Nullable Table table, Exchange exchange) {
        this.peer = peer;
        this.table = table;
        this.exchange = exchange;
    }

    State state() {
        return state;
    }

    /** Whether all that was to be sent is sent. */
    boolean isIdle() {
        return !out.hasRemaining();
    }

    void connect(Selector selector, InetSocketAddress daemon) {
        try {
            SocketChannel opened = SocketChannel.open();
            opened.configureBlocking(false);
            opened.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            opened.setOption(StandardSocketOptions.TCP_NODELAY, true);
            opened.bind(new InetSocketAddress(peer.host(), 0));
            channel = opened;
            key = opened.register(selector, SelectionKey.OP_CONNECT, this);
            state = State.CONNECTING;
            nextAttempt = System.nanoTime() + CONNECT_NANOS;
            if (opened.connect(daemon)) {
                connected();
            }
        } catch (IOException failure) {
            again(failure);
        }
    }

    /** Sends these octets; the ones before must have gone. */
    void send(ByteBuffer octets) {
        if (out.hasRemaining()) {
            throw new IllegalStateException("still sending");
        }
        out = octets;
        flush();
    }

    /** Closes the connection without a word, as a router that lost its power. */
    void drop() {
        state = State.ENDED;
        close();
    }

    /** What the clock asks for: another attempt, a keepalive. */
    void tick(long now, Selector selector, InetSocketAddress daemon) {
        switch (state) {
            case IDLE -> {
                if (nextAttempt != 0 && now >= nextAttempt) {
                    connect(selector, daemon);
                }
            }
            case CONNECTING -> {
                if (now >= nextAttempt) {
                    again("no answer to the connection");
                }
            }
            case ESTABLISHED -> {
                if (isIdle() && now - lastSent > KEEPALIVE_NANOS) {
                    send(ByteBuffer.wrap(KEEPALIVE));
                }
            }
            default -> {}
        }
    }

    /** The selector found something to do. */
    void ready() {
        SelectionKey selected = key;
        if (selected == null || !selected.isValid()) {
            return;
        }
        try {
            if (selected.isConnectable() && channel != null && channel.finishConnect()) {
                connected();
            }
        } catch (IOException failure) {
            again(failure);
            return;
        }
        if (selected.isValid() && selected.isWritable()) {
            flush();
        }
        if (selected.isValid() && selected.isReadable()) {
            receive();
        }
    }

    private void connected() {
        state = State.OPEN_SENT;
        interest(SelectionKey.OP_READ);
        send(ByteBuffer.wrap(Octets.open(peer.asn(), peer.identifier(), peer.ipv6())));
    }

    private void flush() {
        SocketChannel to = channel;
        if (to == null) {
            return;
        }
        try {
            ByteBuffer octets = out;
            int end = octets.limit();
            for (int i = 0; i < WRITES && octets.position() < end; i++) {
                octets.limit(Math.min(end, octets.position() + WRITE));
                to.write(octets);
                if (octets.hasRemaining()) {
                    break;
                }
            }
            octets.limit(end);
            lastSent = System.nanoTime();
            interest(out.hasRemaining() ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ);
        } catch (IOException failure) {
            again(failure);
        }
    }

    private void receive() {
        byte[] in = exchange.inbox;
        int end;
        try {
            end = fill(in);
        } catch (IOException failure) {
            again(failure);
            return;
        }
        if (end < 0) {
            again("it closed the connection");
            return;
        }
        long now = System.nanoTime();
        int at = 0;
        while (end - at >= Octets.HEADER && state != State.IDLE && state != State.ENDED) {
            int length = Octets.u16(in, at + 16);
            if (length < Octets.HEADER || length > Octets.LONGEST_MESSAGE) {
                throw new UsageException("the daemon sent a message of " + length + " octets");
            }
            if (end - at < length) {
                break;
            }
            message(in, at, at + length, now);
            at += length;
        }
        restLength = end - at;
        System.arraycopy(in, at, rest, 0, Math.min(restLength, rest.length));
    }

    /** Reads what there is behind the rest of last time; returns the end, or -1 at the end of the connection. */
    private int fill(byte[] in) throws IOException {
        SocketChannel from = channel;
        ByteBuffer buffer = exchange.receiveBuffer;
        buffer.clear();
        int read = from == null ? -1 : from.read(buffer);
        if (read < 0 || from == null) {
            return -1;
        }
        // A daemon that writes in small pieces would meet Nagle's algorithm and our delayed acknowledgement. Not
        // sticky.
        from.setOption(ExtendedSocketOptions.TCP_QUICKACK, true);
        System.arraycopy(rest, 0, in, 0, restLength);
        buffer.flip().get(in, restLength, read);
        return restLength + read;
    }

    private void message(byte[] in, int start, int end, long now) {
        switch (in[start + 18]) {
            case Octets.OPEN -> {
                state = State.OPEN_CONFIRM;
                send(ByteBuffer.wrap(KEEPALIVE));
            }
            case Octets.KEEPALIVE -> {
                if (state == State.OPEN_CONFIRM) {
                    state = State.ESTABLISHED;
                    exchange.established(this);
                }
            }
            case Octets.UPDATE -> exchange.update(this, in, start, end, now);
            default -> again("NOTIFICATION " + in[start + Octets.HEADER] + "/" + in[start + Octets.HEADER + 1]);
        }
    }

    private void again(IOException failure) {
        again(Objects.requireNonNullElse(failure.getMessage(), "the connection broke"));
    }

    /** The connection is lost: a session that was up is a finding, another one tries again. */
    private void again(String why) {
        boolean wasUp = state == State.ESTABLISHED;
        state = State.IDLE;
        close();
        nextAttempt = System.nanoTime() + RETRY_NANOS;
        if (wasUp) {
            throw new UsageException("the daemon ended the session with " + peer.host() + ": " + why);
        }
        exchange.refused(why);
    }

    private void close() {
        restLength = 0;
        out = NOTHING;
        SocketChannel old = channel;
        channel = null;
        if (old != null) {
            try {
                old.close();
            } catch (IOException nothingToLose) {
                return;
            }
        }
    }

    private void interest(int operations) {
        SelectionKey current = key;
        if (current != null && current.isValid() && current.interestOps() != operations) {
            current.interestOps(operations);
        }
    }
}

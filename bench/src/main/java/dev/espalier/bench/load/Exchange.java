package dev.espalier.bench.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** All sessions with the daemon, moved on by one selector. One thread. */
final class Exchange implements AutoCloseable {

    private static final int RECEIVE = 512 * 1024;
    private static final long TICK_NANOS = 20_000_000L;

    final ByteBuffer receiveBuffer = ByteBuffer.allocateDirect(RECEIVE);
    final byte[] inbox = new byte[RECEIVE + Octets.LONGEST_MESSAGE + Octets.SLACK];

    private final Selector selector;
    private final InetSocketAddress daemon;
    private final UpdateReader reader;
    private final List<Session> sessions = new ArrayList<>();
    private Consumer<Session> whenUp = session -> {};
    private int up;
    private long lastUp;
    private long lastUpdate;
    private long nextTick;
    private String lastRefusal = "nothing was refused";

    Exchange(InetSocketAddress daemon, UpdateReader reader) {
        this.daemon = daemon;
        this.reader = reader;
        try {
            selector = Selector.open();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** What to do with a session the moment it is Established. */
    void whenUp(Consumer<Session> deed) {
        whenUp = deed;
    }

    /** Begins the session of a peer. */
    void connect(Session session) {
        sessions.add(session);
        session.connect(selector, daemon(session.peer));
    }

    private InetSocketAddress daemon(Peer peer) {
        return peer.ipv6() ? new InetSocketAddress(Peer.DAEMON_6, daemon.getPort()) : daemon;
    }

    /** Waits for something to do, at most so many milliseconds, and does it. 0 does not wait. */
    void pump(long millis) {
        try {
            if (millis == 0) {
                selector.selectNow(Exchange::ready);
            } else {
                selector.select(Exchange::ready, millis);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        long now = System.nanoTime();
        if (now >= nextTick) {
            nextTick = now + TICK_NANOS;
            for (int i = 0; i < sessions.size(); i++) {
                Session session = sessions.get(i);
                session.tick(now, selector, daemon(session.peer));
            }
        }
    }

    private static void ready(SelectionKey key) {
        ((Session) key.attachment()).ready();
    }

    /** How many sessions have become Established. */
    int up() {
        return up;
    }

    /** When the last of them did: {@link System#nanoTime}. */
    long lastUp() {
        return lastUp;
    }

    /** When the daemon last sent an UPDATE. */
    long lastUpdate() {
        return lastUpdate;
    }

    /** Why a session last did not come up. */
    String lastRefusal() {
        return lastRefusal;
    }

    void established(Session session) {
        up++;
        lastUp = System.nanoTime();
        whenUp.accept(session);
    }

    void refused(String why) {
        lastRefusal = why;
    }

    void update(Session session, byte[] in, int start, int end, long now) {
        lastUpdate = now;
        if (session.table != null) {
            reader.read(in, start, end, session.peer.identifier(), session.table, now);
        }
    }

    @Override
    public void close() {
        for (Session session : sessions) {
            session.drop();
        }
        try {
            selector.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}

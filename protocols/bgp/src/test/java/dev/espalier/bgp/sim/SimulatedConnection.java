package dev.espalier.bgp.sim;

import dev.espalier.route.Transport.Connection;
import dev.espalier.route.Transport.ConnectionHandler;
import dev.espalier.route.Transport.Endpoint;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One end of a connection in memory. What is written waits in {@link #pending} until the window lets it go, travels as a
 * segment, and waits in the other end's {@link #unread} until that end reads.
 */
final class SimulatedConnection implements Connection {

    /** How much may be on its way or unread at the other end; the rest stays with the sender. */
    private static final int WINDOW = 64 * 1024;

    private static final int LARGEST_SEGMENT = 16 * 1024;
    private static final int HIGH_WATER = 64 * 1024;
    private static final int LOW_WATER = 32 * 1024;
    private static final long RETRANSMISSION = Duration.ofMillis(500).toNanos();
    private static final long CLOSE_LIMIT = Duration.ofSeconds(1).toNanos();
    /** The end of what is written, in order with it. */
    private static final byte[] FIN = {};

    private final SimulatedTransport host;
    private final SimulatedLoop loop;
    private final ConnectionHandler handler;
    private final Endpoint local;
    private final Endpoint remote;
    private final SimulatedNetwork network;
    private final Deque<byte[]> pending = new ArrayDeque<>();
    private final Deque<byte[]> travelling = new ArrayDeque<>();
    private final Deque<byte[]> unread = new ArrayDeque<>();
    private final ByteArrayOutputStream heard = new ByteArrayOutputStream();
    private byte[] left = {};
    private int pendingOctets;
    private int unacknowledged;
    private long lastArrival;
    private boolean isOpen;
    private boolean wasFull;
    private boolean transmitDue;
    private boolean reading = true;
    private boolean closing;
    private boolean gone;
    private @Nullable SimulatedConnection peer;

    SimulatedConnection(
            SimulatedTransport host, SimulatedLoop loop, ConnectionHandler handler, Endpoint local, Endpoint remote) {
        this.host = host;
        this.loop = loop;
        this.handler = handler;
        this.local = local;
        this.remote = remote;
        this.network = host.network();
    }

    static void join(SimulatedConnection one, SimulatedConnection other) {
        one.peer = other;
        other.peer = one;
        one.network.opened(one);
        one.network.opened(other);
    }

    SimulatedTransport host() {
        return host;
    }

    SimulatedConnection peer() {
        return Objects.requireNonNull(peer, "a connection that was never accepted has no other end");
    }

    byte[] heard() {
        return heard.toByteArray();
    }

    void open() {
        if (!gone) {
            isOpen = true;
            handler.opened(this);
            read();
        }
    }

    @Override
    public Endpoint local() {
        return local;
    }

    @Override
    public Endpoint remote() {
        return remote;
    }

    @Override
    public void write(byte[] octets) {
        checkLoop();
        if (gone || closing || peer == null || octets.length == 0) {
            return;
        }
        pending.add(octets);
        pendingOctets += octets.length;
        transmitSoon();
        wasFull |= !writable();
    }

    @Override
    public int pendingOctets() {
        return pendingOctets;
    }

    @Override
    public boolean writable() {
        return pendingOctets < HIGH_WATER;
    }

    @Override
    public void reading(boolean wanted) {
        checkLoop();
        if (reading == wanted) {
            return;
        }
        reading = wanted;
        if (wanted) {
            loop.execute(() -> {
                if (reading && !gone && !closing && left.length > 0) {
                    show(ByteBuffer.wrap(left)); // what was left when reading stopped does not wait for more to arrive
                }
                read();
            });
        }
    }

    @Override
    public void close() {
        checkLoop();
        if (gone || closing || peer == null) {
            return;
        }
        closing = true;
        pending.add(FIN);
        transmitSoon();
        loop.schedule(CLOSE_LIMIT, this::abort);
    }

    @Override
    public void abort() {
        checkLoop();
        if (gone || peer == null) {
            return;
        }
        SimulatedConnection other = peer;
        end(null);
        post(other.loop, network.delay(), () -> other.end("connection reset by peer"));
    }

    /** Both ends lose the connection. */
    void lose(String reason) {
        loop.execute(() -> end(reason));
    }

    /** This end is gone, and nobody is told. */
    void vanish() {
        gone = true;
        network.closed(this);
    }

    private void checkLoop() {
        if (!loop.inLoop()) {
            throw new IllegalStateException(
                    "the connection from " + local + " to " + remote + " was touched off its loop");
        }
    }

    private void end(@Nullable String reason) {
        if (gone) {
            return;
        }
        vanish();
        loop.execute(() -> handler.closed(reason));
    }

    /** What one task writes leaves together, once it is done. */
    private void transmitSoon() {
        if (!transmitDue) {
            transmitDue = true;
            loop.execute(this::transmit);
        }
    }

    private void transmit() {
        transmitDue = false;
        while (!gone && !pending.isEmpty()) {
            if (pending.peek() == FIN) {
                send(pending.remove());
                return;
            }
            int room = Math.min(WINDOW - unacknowledged, LARGEST_SEGMENT);
            if (room < Math.min(pendingOctets, LARGEST_SEGMENT)) {
                // Else segments would get ever smaller (the silly window syndrome of RFC 1122).
                return;
            }
            byte[] segment =
                    take(network.random().nextInt(4) == 0 ? 1 + network.random().nextInt(room) : room);
            pendingOctets -= segment.length;
            unacknowledged += segment.length;
            send(segment);
        }
    }

    /** The first octets that are pending, across the borders of what was written. */
    private byte[] take(int limit) {
        ByteBuffer segment = ByteBuffer.allocate(Math.min(limit, pendingOctets));
        while (segment.hasRemaining() && !pending.isEmpty() && pending.peek() != FIN) {
            byte[] next = pending.remove();
            int length = Math.min(next.length, segment.remaining());
            segment.put(next, 0, length);
            if (length < next.length) {
                pending.addFirst(Arrays.copyOfRange(next, length, next.length));
            }
        }
        return Arrays.copyOf(segment.array(), segment.position());
    }

    private void send(byte[] segment) {
        travelling.add(segment);
        long now = network.time().now();
        lastArrival = Math.max(lastArrival, now + network.delay());
        post(peer().loop, lastArrival - now, this::arrive);
        if (segment == FIN) {
            loop.execute(() -> end(null));
        }
    }

    private void arrive() {
        SimulatedConnection other = peer();
        if (network.isCut(host, other.host)) {
            post(other.loop, RETRANSMISSION, this::arrive);
            return;
        }
        byte[] segment = travelling.remove();
        if (other.gone) {
            // The reset comes after what the other end had written before it closed: the port promises that it arrives.
            long delay = Math.max(other.lastArrival - network.time().now(), network.delay());
            post(loop, delay, () -> end("connection reset by peer"));
            return;
        }
        other.unread.add(segment);
        if (other.isOpen) {
            other.read();
        }
    }

    private void read() {
        while (reading && !gone && !closing && !unread.isEmpty()) {
            byte[] segment = unread.remove();
            if (segment == FIN) {
                end(null);
                return;
            }
            if (network.isRecording()) {
                heard.writeBytes(segment);
            }
            ByteBuffer buffer = ByteBuffer.allocate(left.length + segment.length);
            buffer.put(left).put(segment).flip();
            show(buffer);
            acknowledge(segment.length);
        }
    }

    private void show(ByteBuffer octets) {
        handler.received(this, octets);
        left = new byte[octets.remaining()];
        octets.get(left);
    }

    private void acknowledge(int octets) {
        SimulatedConnection sender = peer();
        post(sender.loop, network.delay(), () -> {
            sender.unacknowledged -= octets;
            sender.transmit();
            if (!sender.gone && sender.wasFull && sender.pendingOctets <= LOW_WATER) {
                sender.wasFull = false;
                sender.handler.writable(sender);
            }
        });
    }

    private void post(SimulatedLoop where, long delay, Runnable action) {
        network.time().post(where, delay, action);
    }
}

package dev.espalier.lab;

import dev.espalier.linux.NetworkNamespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Echo over UDP in many namespaces at once, by one thread: a socket in each, which asks and answers. What is lost is sent again, so that a
 * full queue is not taken for a way that is not there. One is full indeed: all namespaces of a machine share the kernel's table of neighbours,
 * of 1024 ({@code gc_thresh3}), where each pod is one.
 */
final class Echoes implements AutoCloseable {

    private static final int PORT = 7;
    private static final byte QUESTION = 1;
    private static final byte ANSWER = 2;
    private static final Duration AGAIN = Duration.ofSeconds(1);
    /** So many go out before it is looked for what came in. */
    private static final int BURST = 100;

    private final Selector selector;
    private final List<Endpoint> ends;
    private final List<DatagramChannel> channels = new ArrayList<>();
    private final ByteBuffer buffer = ByteBuffer.allocate(64);

    /** By index of both ends, the first in the upper half. */
    private final Set<Long> open = new LinkedHashSet<>();

    private Echoes(List<Endpoint> ends) throws IOException {
        this.ends = List.copyOf(ends);
        this.selector = Selector.open();
    }

    /** Opens a socket in each. */
    static Echoes among(List<Endpoint> ends) {
        try {
            Echoes echoes = new Echoes(ends);
            for (Endpoint end : ends) {
                echoes.open(end);
            }
            return echoes;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void open(Endpoint end) throws IOException {
        try {
            DatagramChannel channel = NetworkNamespace.named(end.namespace().name())
                    .call(() ->
                            DatagramChannel.open(StandardProtocolFamily.INET).bind(new InetSocketAddress(PORT)));
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, channels.size());
            channels.add(channel);
        } catch (IOException | RuntimeException thrown) {
            throw thrown;
        } catch (Exception other) {
            throw new IOException(other);
        }
    }

    /** Has each ask its targets until all have answered, or the time is over; returns who did not answer whom. */
    List<String> unanswered(Map<Endpoint, List<Endpoint>> targets, Duration patience) {
        Map<Endpoint, Integer> index = new HashMap<>();
        ends.forEach(end -> index.put(end, index.size()));
        targets.forEach((from, all) -> all.forEach(to -> open.add(((long) index.get(from) << 32) | index.get(to))));
        Instant deadline = Instant.now().plus(patience);
        try {
            while (!open.isEmpty() && Instant.now().isBefore(deadline)) {
                askAll();
                Instant again = Instant.now().plus(AGAIN);
                while (!open.isEmpty() && Instant.now().isBefore(again)) {
                    hear(100);
                }
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return open.stream()
                .map(pair -> ends.get((int) (pair >> 32)) + " was not answered by " + ends.get(pair.intValue()))
                .toList();
    }

    private void askAll() throws IOException {
        int sent = 0;
        for (long pair : List.copyOf(open)) {
            Endpoint to = ends.get((int) pair);
            send(
                    channels.get((int) (pair >> 32)),
                    QUESTION,
                    pair,
                    new InetSocketAddress(to.address().toString(), PORT));
            if (++sent % BURST == 0) {
                hear(1);
            }
        }
    }

    private void hear(int millis) throws IOException {
        selector.select(
                key -> {
                    try {
                        read((DatagramChannel) key.channel(), (Integer) key.attachment());
                    } catch (IOException failure) {
                        throw new UncheckedIOException(failure);
                    }
                },
                millis);
    }

    private void read(DatagramChannel channel, int index) throws IOException {
        while (true) {
            buffer.clear();
            SocketAddress sender = channel.receive(buffer);
            if (sender == null) {
                return;
            }
            buffer.flip();
            byte kind = buffer.get();
            long pair = buffer.getLong();
            if (kind == QUESTION && (int) pair == index) {
                send(channel, ANSWER, pair, sender);
            } else if (kind == ANSWER && (int) (pair >> 32) == index) {
                open.remove(pair);
            }
        }
    }

    private void send(DatagramChannel channel, byte kind, long pair, SocketAddress to) throws IOException {
        buffer.clear();
        buffer.put(kind).putLong(pair).flip();
        channel.send(buffer, to);
    }

    @Override
    public void close() {
        try {
            for (DatagramChannel channel : channels) {
                channel.close();
            }
            selector.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}

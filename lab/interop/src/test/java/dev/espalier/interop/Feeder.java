package dev.espalier.interop;

import dev.espalier.bgp.wire.Capability;
import dev.espalier.bgp.wire.Family;
import dev.espalier.bgp.wire.Message;
import dev.espalier.bgp.wire.MessageDecoder;
import dev.espalier.bgp.wire.MessageEncoder;
import dev.espalier.bgp.wire.SessionOptions;
import dev.espalier.bgp.wire.UpdatePacker;
import dev.espalier.lab.LabException;
import dev.espalier.lab.Namespace;
import dev.espalier.lab.Pause;
import dev.espalier.net.Asn;
import dev.espalier.net.Ipv4Address;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * A neighbour with a hold time of 9 seconds that announces a {@link Feed} as fast as it is read. It says a KEEPALIVE every
 * 3 seconds and notes the longest silence of the other side.
 */
final class Feeder implements AutoCloseable {

    static final int HOLD_SECONDS = 9;
    private static final SessionOptions OPTIONS =
            new SessionOptions(true, false, false, Set.of(Family.values()), Set.of(), Set.of());

    private final Process pipe;
    private final OutputStream out;
    private volatile boolean established;
    private volatile boolean closedByUs;
    private volatile String end = "";
    private long lastHeard = System.nanoTime();
    private long longestSilence;

    private Feeder(Process pipe) {
        this.pipe = pipe;
        this.out = new BufferedOutputStream(pipe.getOutputStream(), 1 << 16);
    }

    /** Connects from the peer's namespace to whoever listens in ours, and waits until the session is established. */
    static Feeder connect(Rig rig, long asn) {
        return connect(rig.theirs(), Rig.THEIRS, Rig.OURS, rig.directory(), asn);
    }

    /** The same between any two addresses. */
    static Feeder connect(Namespace from, String own, String to, Path directory, long asn) {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                SocketPipe.class.getName(),
                own,
                to,
                "179");
        builder.redirectError(directory.resolve("feeder-" + asn + ".log").toFile());
        Feeder feeder = new Feeder(from.start(builder));
        List<Capability> capabilities = List.of(
                new Capability.Multiprotocol(Family.IPV4_UNICAST),
                new Capability.Multiprotocol(Family.IPV6_UNICAST),
                new Capability.FourOctetAs(new Asn(asn)));
        int narrow = asn > 0xFFFF ? 23456 : (int) asn;
        feeder.send(
                MessageEncoder.encode(new Message.Open(4, narrow, HOLD_SECONDS, Ipv4Address.parse(own), capabilities)));
        Thread.ofVirtual().start(feeder::listen);
        Thread.ofVirtual().start(feeder::keepAlive);
        if (!Pause.until(Duration.ofSeconds(15), () -> feeder.established)) {
            feeder.close();
            throw new LabException("no session with the feeder: " + feeder.end);
        }
        return feeder;
    }

    /** Announces all of it, and says that this was all. Returns when the last octet is on its way. */
    void announce(Feed feed) {
        feed.messages().forEach(this::send);
        send(UpdatePacker.endOfRib(Family.IPV4_UNICAST));
        send(UpdatePacker.endOfRib(Family.IPV6_UNICAST));
        flush();
    }

    private synchronized void send(byte[] message) {
        try {
            out.write(message);
        } catch (IOException failure) {
            throw new UncheckedIOException("the session has ended: " + end, failure);
        }
    }

    private synchronized void flush() {
        try {
            out.flush();
        } catch (IOException failure) {
            throw new UncheckedIOException("the session has ended: " + end, failure);
        }
    }

    /** The first KEEPALIVE confirms the other side's OPEN, which it does not wait for: both sides speak first. */
    private void keepAlive() {
        while (!closedByUs && end.isEmpty()) {
            send(MessageEncoder.encode(new Message.Keepalive()));
            flush();
            Pause.millis(HOLD_SECONDS * 1000L / 3);
        }
    }

    /** Why the session has ended; empty while it lasts. */
    String end() {
        return end;
    }

    /** The longest time between two messages of the other side, until now. */
    synchronized Duration longestSilence() {
        return Duration.ofNanos(Math.max(longestSilence, System.nanoTime() - lastHeard));
    }

    private void listen() {
        try (DataInputStream in = new DataInputStream(pipe.getInputStream())) {
            while (end.isEmpty()) {
                byte[] header = new byte[Message.HEADER_LENGTH];
                in.readFully(header);
                ByteBuffer frame = ByteBuffer.allocate(MessageDecoder.frameLength(ByteBuffer.wrap(header)))
                        .put(header);
                in.readFully(frame.array(), Message.HEADER_LENGTH, frame.capacity() - Message.HEADER_LENGTH);
                hear(MessageDecoder.decode(frame.rewind(), OPTIONS));
            }
        } catch (IOException over) {
            end = "the connection was closed: " + over;
        }
    }

    private void hear(MessageDecoder.Decoded decoded) {
        noteTheSilence();
        switch (decoded) {
            case MessageDecoder.Decoded.Valid(Message.Keepalive keepalive) -> established = true;
            case MessageDecoder.Decoded.Valid(Message.Notification notification) -> end = notification.toString();
            case MessageDecoder.Decoded.Valid other -> {}
            case MessageDecoder.Decoded.Invalid invalid ->
                end = "the other side sent what nobody may send: " + invalid.reason();
        }
    }

    private synchronized void noteTheSilence() {
        long now = System.nanoTime();
        longestSilence = Math.max(longestSilence, now - lastHeard);
        lastHeard = now;
    }

    @Override
    public void close() {
        closedByUs = true;
        pipe.destroyForcibly();
        pipe.onExit().join();
    }
}

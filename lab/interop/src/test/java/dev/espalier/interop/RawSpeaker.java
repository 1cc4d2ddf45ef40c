package dev.espalier.interop;

import dev.espalier.bgp.wire.Capability;
import dev.espalier.bgp.wire.Family;
import dev.espalier.bgp.wire.Message;
import dev.espalier.bgp.wire.MessageDecoder;
import dev.espalier.bgp.wire.MessageEncoder;
import dev.espalier.bgp.wire.SessionOptions;
import dev.espalier.bgp.wire.UpdateMessage;
import dev.espalier.lab.LabException;
import dev.espalier.net.Asn;
import dev.espalier.net.Ipv4Address;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * A neighbour that says whatever a test wants, octet by octet. It proposes a hold time of 0, so that nobody needs keepalives, and
 * keeps the UPDATEs it hears.
 */
final class RawSpeaker implements AutoCloseable {

    private static final byte UPDATE = 2;

    private final Process pipe;
    private final OutputStream out;
    private final SessionOptions options;
    private final List<Message> heard = new ArrayList<>();
    private boolean closedByUs;

    private RawSpeaker(Process pipe, SessionOptions options) {
        this.pipe = pipe;
        this.options = options;
        this.out = new BufferedOutputStream(pipe.getOutputStream(), 1 << 16);
    }

    /** Connects from the peer's namespace, says OPEN and KEEPALIVE, and listens from then on. */
    static RawSpeaker connect(Rig rig, long asn, boolean fourOctetAs) {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                SocketPipe.class.getName(),
                Rig.THEIRS,
                Rig.OURS,
                "179");
        builder.redirectError(rig.directory().resolve("raw.log").toFile());
        SessionOptions options =
                new SessionOptions(fourOctetAs, true, false, Set.of(Family.IPV4_UNICAST), Set.of(), Set.of());
        RawSpeaker speaker = new RawSpeaker(rig.theirs().start(builder), options);
        List<Capability> capabilities = new ArrayList<>(
                List.of(new Capability.Multiprotocol(Family.IPV4_UNICAST), new Capability.ExtendedMessage()));
        if (fourOctetAs) {
            capabilities.add(new Capability.FourOctetAs(new Asn(asn)));
        }
        int narrow = asn > 0xFFFF ? 23456 : (int) asn;
        speaker.send(
                MessageEncoder.encode(new Message.Open(4, narrow, 0, Ipv4Address.parse(Rig.THEIRS), capabilities)));
        speaker.send(MessageEncoder.encode(new Message.Keepalive()));
        Thread.ofVirtual().start(speaker::listen);
        return speaker;
    }

    /** Sends octets as they are. */
    void send(byte[] octets) {
        try {
            out.write(octets);
            out.flush();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /**
     * Sends an UPDATE made of hexadecimal digits; blanks are for the reader.
     *
     * @param attributes all path attributes with flags, types and lengths
     * @param nlri what is announced
     */
    void update(String withdrawn, String attributes, String nlri) {
        byte[] gone = octets(withdrawn);
        byte[] path = octets(attributes);
        byte[] announced = octets(nlri);
        int length = Message.HEADER_LENGTH + 4 + gone.length + path.length + announced.length;
        ByteBuffer message = ByteBuffer.allocate(length);
        for (int i = 0; i < 16; i++) {
            message.put((byte) 0xFF);
        }
        message.putShort((short) length).put(UPDATE);
        message.putShort((short) gone.length)
                .put(gone)
                .putShort((short) path.length)
                .put(path)
                .put(announced);
        send(message.array());
    }

    private static byte[] octets(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    /** The messages heard so far. */
    synchronized List<Message> heard() {
        return List.copyOf(heard);
    }

    /** The UPDATEs among them. */
    List<UpdateMessage> updates() {
        return heard().stream()
                .filter(Message.Update.class::isInstance)
                .map(message -> ((Message.Update) message).update())
                .toList();
    }

    private void listen() {
        try (DataInputStream in = new DataInputStream(pipe.getInputStream())) {
            while (true) {
                byte[] header = new byte[Message.HEADER_LENGTH];
                in.readFully(header);
                ByteBuffer frame = ByteBuffer.allocate(MessageDecoder.frameLength(ByteBuffer.wrap(header)))
                        .put(header);
                in.readFully(frame.array(), Message.HEADER_LENGTH, frame.capacity() - Message.HEADER_LENGTH);
                hear(MessageDecoder.decode(frame.rewind(), options));
            }
        } catch (EOFException over) {
            closedByUs = true;
        } catch (IOException failure) {
            if (!closedByUs) {
                throw new UncheckedIOException(failure);
            }
        }
    }

    private synchronized void hear(MessageDecoder.Decoded decoded) {
        switch (decoded) {
            case MessageDecoder.Decoded.Valid valid -> heard.add(valid.message());
            case MessageDecoder.Decoded.Invalid invalid ->
                throw new LabException("Espalier sent what nobody may send: " + invalid.reason());
        }
    }

    @Override
    public void close() {
        closedByUs = true;
        pipe.destroyForcibly();
        pipe.onExit().join();
    }
}

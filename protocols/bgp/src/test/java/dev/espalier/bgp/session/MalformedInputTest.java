package dev.espalier.bgp.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.sim.SimulatedTransport;
import dev.espalier.bgp.wire.Message;
import dev.espalier.bgp.wire.MessageDecoder;
import dev.espalier.bgp.wire.MessageEncoder;
import dev.espalier.bgp.wire.SessionOptions;
import dev.espalier.net.IpAddress;
import dev.espalier.net.Ipv4Address;
import dev.espalier.route.Loop;
import dev.espalier.route.Transport.ConnectOptions;
import dev.espalier.route.Transport.Connection;
import dev.espalier.route.Transport.ConnectionHandler;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A neighbour that does not keep to the protocol: it is told so, and nothing worse happens. */
class MalformedInputTest {

    private static final Message.Open OPEN = new Message.Open(4, 65002, 90, Ipv4Address.parse("10.0.0.2"), List.of());
    private static final SessionOptions OPTIONS = new SessionOptions(false, false, false, Set.of(), Set.of(), Set.of());

    private final Lab lab = new Lab(11);
    private Lab.Box speaker;
    private SimulatedTransport stranger;

    @BeforeEach
    void startASpeaker() {
        speaker = lab.speaker(
                "10.0.0.1", 65001, Lab.peer("10.0.0.2", 65002).passive().build());
        stranger = lab.network.host("10.0.0.2", IpAddress.parse("10.0.0.2"));
        speaker.sessions.start();
    }

    @Test
    void aWrongMarkerIsAnswered() {
        byte[] octets = Octets.header(19, 4);
        octets[3] = 0;
        assertThat(answer(octets)).isEqualTo(new Message.Notification(1, 1));
    }

    @Test
    void anImpossibleLengthIsAnsweredWithoutWaitingForTheRest() {
        assertThat(answer(Octets.header(18, 4))).isEqualTo(new Message.Notification(1, 2, new byte[] {0, 18}));
        byte[] header = Arrays.copyOf(Octets.header(4097, 1), Message.HEADER_LENGTH);
        assertThat(answer(header)).isEqualTo(new Message.Notification(1, 2, new byte[] {0x10, 1}));
    }

    @Test
    void anUnknownTypeIsAnswered() {
        assertThat(answer(Octets.header(19, 99))).isEqualTo(new Message.Notification(1, 3, new byte[] {99}));
    }

    @Test
    void anotherVersionIsAnsweredWithOurs() {
        byte[] open = MessageEncoder.encode(OPEN);
        open[19] = 5;
        assertThat(answer(open)).isEqualTo(new Message.Notification(2, 1, new byte[] {0, 4}));
    }

    @Test
    void aHoldTimeOfOneSecondIsRefused() {
        byte[] open = MessageEncoder.encode(OPEN);
        open[22] = 0;
        open[23] = 1;
        Message.Notification answer = answer(open);
        assertThat(answer.code()).isEqualTo(2);
        assertThat(answer.subcode()).isEqualTo(6);
    }

    @Test
    void anUpdateBeforeTheKeepaliveEstablishesTheSessionAndIsNotLost() {
        Raw raw = connect();
        raw.send(MessageEncoder.encode(OPEN));
        raw.send(Octets.withdrawalOf(5));
        lab.time.run(Duration.ofSeconds(1));
        assertThat(speaker.allUp()).isTrue();
        assertThat(speaker.only().updates).hasSize(1);
    }

    @Test
    void updatesBeforeAnErrorAreStillDelivered() {
        Raw raw = connect();
        raw.send(MessageEncoder.encode(OPEN));
        raw.send(MessageEncoder.encode(new Message.Keepalive()));
        raw.send(Octets.withdrawalOf(5));
        raw.send(Octets.header(18, 4));
        lab.time.run(Duration.ofSeconds(1));
        assertThat(speaker.only().updates).hasSize(1);
        assertThat(speaker.only().closed)
                .singleElement()
                .satisfies(closed -> assertThat(closed.sent().subcode()).isEqualTo(2));
    }

    @Test
    void noiseNeverGetsPastTheSession() {
        for (long seed = 1; seed <= 300; seed++) {
            Random random = new Random(seed);
            Raw raw = connect();
            if (random.nextBoolean()) {
                raw.send(MessageEncoder.encode(OPEN));
                raw.send(MessageEncoder.encode(new Message.Keepalive()));
            }
            raw.send(noise(random));
            lab.time.run(Duration.ofMinutes(5));
            assertThat(speaker.allUp()).as("seed " + seed).isFalse();
        }
        Raw raw = connect();
        raw.send(MessageEncoder.encode(OPEN));
        raw.send(MessageEncoder.encode(new Message.Keepalive()));
        lab.time.run(Duration.ofSeconds(5));
        assertThat(speaker.allUp()).isTrue();
    }

    /** A header that may be right, and then anything. */
    private static byte[] noise(Random random) {
        int length = Message.HEADER_LENGTH + random.nextInt(200);
        byte[] message = Octets.header(length, random.nextInt(6));
        for (int i = Message.HEADER_LENGTH; i < length; i++) {
            message[i] = (byte) random.nextInt();
        }
        if (random.nextInt(4) == 0) {
            ByteBuffer.wrap(message).putShort(16, (short) random.nextInt());
        }
        return message;
    }

    private Message.Notification answer(byte[] octets) {
        Raw raw = connect();
        raw.send(octets);
        // A failure makes the next connection wait, for a minute at most.
        lab.time.run(Duration.ofMinutes(2));
        return raw.received.stream()
                .filter(Message.Notification.class::isInstance)
                .map(Message.Notification.class::cast)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no NOTIFICATION; " + speaker.events));
    }

    private Raw connect() {
        Raw raw = new Raw();
        var options = new ConnectOptions(IpAddress.parse("10.0.0.1"), 179, null, null, null, 64, 0);
        stranger.connect(options, raw.loop, raw);
        return raw;
    }

    /** A connection that sends what it is told to. */
    private final class Raw implements ConnectionHandler {
        private final Loop loop = stranger.loop();
        private final List<byte[]> waiting = new ArrayList<>();
        private final List<Message> received = new ArrayList<>();
        private @Nullable Connection connection;

        void send(byte[] octets) {
            waiting.add(octets);
            loop.execute(this::flush);
        }

        private void flush() {
            if (connection != null) {
                waiting.forEach(connection::write);
                waiting.clear();
            }
        }

        @Override
        public void opened(Connection opened) {
            connection = opened;
            flush();
        }

        @Override
        public void received(Connection from, ByteBuffer octets) {
            int length = MessageDecoder.frameLength(octets);
            while (length > 0 && octets.remaining() >= length) {
                int limit = octets.limit();
                octets.limit(octets.position() + length);
                if (MessageDecoder.decode(octets, OPTIONS) instanceof MessageDecoder.Decoded.Valid(Message message)) {
                    received.add(message);
                }
                octets.limit(limit);
                length = MessageDecoder.frameLength(octets);
            }
        }

        @Override
        public void writable(Connection which) {}

        @Override
        public void closed(@Nullable String reason) {}
    }
}

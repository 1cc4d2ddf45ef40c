package dev.espalier.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.engine.EarlierRun;
import dev.espalier.bgp.engine.Speaker;
import dev.espalier.bgp.session.Liveness;
import dev.espalier.bgp.wire.Capability;
import dev.espalier.bgp.wire.Family;
import dev.espalier.bgp.wire.Message;
import dev.espalier.bgp.wire.MessageDecoder;
import dev.espalier.bgp.wire.MessageEncoder;
import dev.espalier.bgp.wire.SessionOptions;
import dev.espalier.bgp.wire.UpdatePacker;
import dev.espalier.library.instance.RoutingLoop;
import dev.espalier.net.AddressFamily;
import dev.espalier.net.Asn;
import dev.espalier.net.Community;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.Ipv4Address;
import dev.espalier.policy.Policies;
import dev.espalier.route.AsPath;
import dev.espalier.route.Event;
import dev.espalier.route.Fib;
import dev.espalier.route.Loop;
import dev.espalier.route.PathAttributes;
import dev.espalier.route.RouterDiscovery;
import dev.espalier.route.RoutingInstance;
import dev.espalier.routing.PrefixIndex;
import dev.espalier.routing.RoutingTable;
import dev.espalier.routing.TableOptions;
import dev.espalier.transport.NettyTransport;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * UPDATEs with a few octets changed, sent to a whole speaker over real TCP. Each session goes on until a message that must end it;
 * that one is answered with the NOTIFICATION that RFC 7606 and RFC 4271 ask for, and none before it is. Another:
 * {@code -Despalier.seed=N}.
 */
class MutatedSessionTest {

    private static final long SEED = Long.getLong("espalier.seed", 1);
    private static final SessionOptions OPTIONS = new SessionOptions(
            true, false, false, Set.of(Family.IPV4_UNICAST, Family.IPV6_UNICAST), Set.of(), Set.of());
    private static final int PATIENCE_MILLIS = 20_000;

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final Queue<Event> faults = new ConcurrentLinkedQueue<>();
    private final NettyTransport transport = new NettyTransport(2, this::heard);
    private final RoutingLoop loop = new RoutingLoop("mutated", this::heard);
    private final PrefixIndex index = new PrefixIndex();
    private int sessions;

    private void heard(Event event) {
        if (event.severity() == Event.Severity.ERROR) {
            faults.add(event);
        }
    }

    @AfterEach
    void end() {
        transport.close();
        loop.close();
    }

    @Test
    void changedMessagesOnALiveSessionNeverGetPastIt() throws Exception {
        send(2_000);
    }

    @Test
    @Tag("long")
    void aHundredThousandChangedMessagesOnLiveSessionsLeaveNothingBehind() throws Exception {
        send(100_000);
    }

    private void send(int messages) throws Exception {
        Speaker speaker = speaker();
        onLoop(() -> {
            speaker.start();
            return true;
        });
        int port = onLoop(() -> speaker.view().ports().getFirst());
        for (int sent = 0; sent < messages; ) {
            sent += session(port, Math.min(200, messages - sent));
        }
        assertThat(faults).isEmpty();
        for (int waited = 0; onLoop(() -> speaker.view().paths()) > 0 && waited < PATIENCE_MILLIS; waited += 20) {
            Thread.sleep(20); // the table hears of the last session's end on its own loop
        }
        assertThat(onLoop(() -> speaker.view().paths())).as("paths left").isZero();
        assertThat(onLoop(() -> speaker.view().attributeSets())).as("sets left").isZero();
        assertThat(onLoop(() -> index.table(AddressFamily.IPV4).size()
                        + index.table(AddressFamily.IPV6).size()))
                .as("prefixes left")
                .isZero();
    }

    private Speaker speaker() {
        PeerConfig anybody = PeerConfig.builder(
                        "anybody", new PeerConfig.Remote.Range(IpPrefix.parse("127.0.0.0/8"), 100_000))
                .session(PeerConfig.Session.USUAL.toBuilder()
                        .ttl(64)
                        .gracefulRestart(0)
                        .extendedMessages(false)
                        .build())
                .families(Set.of(Family.IPV4_UNICAST, Family.IPV6_UNICAST))
                .importPolicy(Policies.acceptAll())
                .exportPolicy(Policies.rejectAll())
                .build();
        SpeakerConfig config = SpeakerConfig.builder(new Asn(65001), Ipv4Address.parse("10.0.0.1"))
                .listen(List.of(IpAddress.parse("127.0.0.1")))
                .port(0)
                .peers(List.of(anybody))
                .build();
        RoutingTable table = new RoutingTable(
                RoutingInstance.DEFAULT, index, loop, new NoKernel(), this::heard, new TableOptions(Runnable::run));
        return new Speaker(
                config,
                table,
                index,
                loop,
                transport,
                RouterDiscovery.NONE,
                Liveness.NONE,
                this::heard,
                EarlierRun.NONE,
                name -> 0,
                random.split());
    }

    private <T> T onLoop(Callable<T> question) throws Exception {
        CompletableFuture<T> answer = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                answer.complete(question.call());
            } catch (Exception failure) {
                answer.completeExceptionally(failure);
            }
        });
        return answer.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }

    // ---- one session

    /** Sends up to so many messages, fewer when one of them ends the session; returns how many. */
    private int session(int port, int most) throws IOException {
        // Another address each time, since a neighbour that was refused has to wait.
        int host = ++sessions;
        InetAddress from =
                InetAddress.getByAddress(new byte[] {127, (byte) (1 + (host >> 16)), (byte) (host >> 8), (byte) host});
        try (Socket socket = new Socket()) {
            socket.bind(new InetSocketAddress(from, 0));
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.setTcpNoDelay(true);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            socket.getOutputStream().write(greeting(host));
            List<byte[]> told = new ArrayList<>();
            Message.Notification expected = null;
            while (told.size() < most && expected == null) {
                byte[] message = changed(update());
                told.add(message);
                expected = answerTo(message);
            }
            if (expected == null) {
                byte[] open = MessageEncoder.encode(new Message.Keepalive());
                open[18] = 77;
                told.add(open);
                expected = answerTo(open);
            }
            for (byte[] message : told) {
                socket.getOutputStream().write(message);
            }
            String story = "seed " + SEED + ", session " + host + ": "
                    + told.stream().map(HexFormat.of()::formatHex).toList();
            Message.Notification answer = notification(in);
            assertThat(answer).as(story).isNotNull();
            assertThat(answer.code() + "/" + answer.subcode())
                    .as(story)
                    .isEqualTo(expected.code() + "/" + expected.subcode());
            return told.size();
        }
    }

    private static byte[] greeting(int host) throws IOException {
        byte[] open = MessageEncoder.encode(new Message.Open(
                4,
                65002,
                90,
                new Ipv4Address(0x0B000000 + host),
                List.of(
                        new Capability.Multiprotocol(Family.IPV4_UNICAST),
                        new Capability.Multiprotocol(Family.IPV6_UNICAST),
                        new Capability.FourOctetAs(new Asn(65002)))));
        byte[] keepalive = MessageEncoder.encode(new Message.Keepalive());
        return ByteBuffer.allocate(open.length + keepalive.length)
                .put(open)
                .put(keepalive)
                .array();
    }

    /** What a message must be answered with; null when the session goes on. */
    private static Message.@Nullable Notification answerTo(byte[] message) {
        return MessageDecoder.decode(ByteBuffer.wrap(message), OPTIONS)
                        instanceof MessageDecoder.Decoded.Invalid invalid
                ? invalid.notification()
                : null;
    }

    /** The NOTIFICATION that ends the session; null when it ends without one. */
    private static Message.@Nullable Notification notification(DataInputStream in) throws IOException {
        try {
            while (true) {
                byte[] header = new byte[Message.HEADER_LENGTH];
                in.readFully(header);
                byte[] body = new byte[ByteBuffer.wrap(header).getShort(16) - Message.HEADER_LENGTH];
                in.readFully(body);
                if (header[18] == 3) {
                    return new Message.Notification(body[0], body[1]);
                }
            }
        } catch (EOFException | SocketException end) {
            return null;
        }
    }

    // ---- messages

    private byte[] update() {
        Family family = random.nextBoolean() ? Family.IPV4_UNICAST : Family.IPV6_UNICAST;
        List<byte[]> messages = new ArrayList<>();
        UpdatePacker packer = new UpdatePacker(OPTIONS, messages::add);
        if (random.nextInt(5) == 0) {
            packer.beginWithdrawal(family);
        } else {
            packer.begin(family, attributes(family));
        }
        for (int i = 1 + random.nextInt(5); i > 0; i--) {
            if (family == Family.IPV4_UNICAST) {
                packer.add(0, (20L << 56) + ((long) random.nextInt(256) << 40), 0, 24);
            } else {
                packer.add(0, 0x20010db800000000L + random.nextInt(256), 0, 64);
            }
        }
        packer.end();
        return messages.getFirst();
    }

    private PathAttributes attributes(Family family) {
        PathAttributes.Builder attributes = PathAttributes.builder()
                .asPath(AsPath.sequence(List.of(new Asn(65002), new Asn(70000 + random.nextInt(4)))))
                .nextHop(IpAddress.parse(family == Family.IPV4_UNICAST ? "10.9.9.9" : "2001:db8::9"));
        if (random.nextBoolean()) {
            attributes.med(random.nextInt(9));
        }
        if (random.nextBoolean()) {
            attributes.communities(List.of(Community.parse("65002:" + random.nextInt(9))));
        }
        return attributes.build();
    }

    /** Mostly in the attributes: what is wrong elsewhere ends the session at once. */
    private byte[] changed(byte[] message) {
        byte[] changed = message.clone();
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            int from = random.nextInt(10) == 0 ? Message.HEADER_LENGTH : Math.min(27, changed.length - 1);
            int at = random.nextInt(from, changed.length);
            changed[at] =
                    random.nextBoolean() ? (byte) random.nextInt(256) : (byte) (changed[at] ^ 1 << random.nextInt(8));
        }
        return changed;
    }

    /** The kernel has no part in this. */
    private static final class NoKernel implements Fib {
        @Override
        public void read(RoutingInstance instance, Contents contents) {}

        @Override
        public void submit(Batch batch, Loop owner, Outcome outcome) {
            owner.execute(() -> outcome.done(List.of()));
        }

        @Override
        public void watch(Loop owner, LossObserver observer) {}
    }
}

package dev.espalier.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.session.Channel;
import dev.espalier.bgp.session.Liveness;
import dev.espalier.bgp.session.RestartFlags;
import dev.espalier.bgp.session.SessionObserver;
import dev.espalier.bgp.session.Sessions;
import dev.espalier.bgp.wire.Capability;
import dev.espalier.bgp.wire.Family;
import dev.espalier.bgp.wire.Message;
import dev.espalier.bgp.wire.MessageEncoder;
import dev.espalier.bgp.wire.UpdateMessage;
import dev.espalier.net.Asn;
import dev.espalier.net.IpAddress;
import dev.espalier.net.Ipv4Address;
import dev.espalier.route.RouterDiscovery;
import dev.espalier.transport.NettyTransport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The send hold timer (RFC 9687) over a real TCP connection whose other end stops reading. */
class SendHoldTest {

    private static final RestartFlags FIRST_START = new RestartFlags() {
        @Override
        public boolean restarting() {
            return false;
        }

        @Override
        public boolean forwardingPreserved(Family family) {
            return false;
        }
    };

    /** Hears of one session. */
    private static final class Ears implements SessionObserver {
        final CompletableFuture<Channel> established = new CompletableFuture<>();
        final CompletableFuture<Closed> closed = new CompletableFuture<>();

        @Override
        public void established(Channel channel) {
            established.complete(channel);
        }

        @Override
        public void updates(Channel channel, List<UpdateMessage> updates, int octets) {}

        @Override
        public void refresh(Channel channel, Message.RouteRefresh refresh, int octets) {}

        @Override
        public void writable(Channel channel) {}

        @Override
        public void closed(Channel channel, Closed how) {
            closed.complete(how);
        }
    }

    private static PeerConfig peer(int port) {
        PeerConfig.Remote loopback = new PeerConfig.Remote.Address(IpAddress.parse("127.0.0.1"), null);
        return PeerConfig.builder("deaf", loopback)
                .session(PeerConfig.Session.USUAL.toBuilder()
                        .port(port)
                        .sendHoldSeconds(3)
                        .build())
                .build();
    }

    @Test
    @Timeout(30)
    void aNeighbourThatStopsReadingIsGivenUpAfterTheSendHoldTime() throws Exception {
        Ears ears = new Ears();
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                NettyTransport transport = new NettyTransport(event -> {})) {
            SpeakerConfig config = SpeakerConfig.builder(new Asn(65001), Ipv4Address.parse("192.0.2.1"))
                    .listen(List.of())
                    .peers(List.of(peer(listener.getLocalPort())))
                    .build();
            Sessions sessions = new Sessions(
                    config,
                    transport,
                    RouterDiscovery.NONE,
                    FIRST_START,
                    Liveness.NONE,
                    event -> {},
                    (configured, dynamic) -> ears,
                    name -> 0,
                    new SplittableRandom(1));
            sessions.start();
            try (Socket deaf = listener.accept()) {
                greet(deaf);
                Channel channel = ears.established.get(10, TimeUnit.SECONDS);
                // More than the kernel's buffers of both ends take.
                byte[] keepalive = MessageEncoder.encode(new Message.Keepalive());
                channel.send(Collections.nCopies(1_000_000, keepalive));
                SessionObserver.Closed closed = ears.closed.get(15, TimeUnit.SECONDS);
                assertThat(closed.sent()).isEqualTo(new Message.Notification(8, 0));
                assertThat(closed.reason()).contains("3 s");
            }
            sessions.stop(null).toCompletableFuture().get(5, TimeUnit.SECONDS);
        }
    }

    private static void greet(Socket deaf) throws IOException {
        Message.Open open = new Message.Open(
                4,
                65002,
                90,
                Ipv4Address.parse("192.0.2.2"),
                List.of(new Capability.Multiprotocol(1, 1), new Capability.FourOctetAs(new Asn(65002))));
        deaf.getOutputStream().write(MessageEncoder.encode(open));
        deaf.getOutputStream().write(MessageEncoder.encode(new Message.Keepalive()));
        deaf.getOutputStream().flush();
    }
}

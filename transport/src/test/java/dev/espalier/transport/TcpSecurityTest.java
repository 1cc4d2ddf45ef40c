package dev.espalier.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.route.Loop;
import dev.espalier.route.Secret;
import dev.espalier.route.Transport.Acceptance;
import dev.espalier.route.Transport.ConnectOptions;
import dev.espalier.route.Transport.Connection;
import dev.espalier.route.Transport.ListenOptions;
import dev.espalier.route.Transport.Listener;
import dev.espalier.route.Transport.TransportException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** TCP-MD5, TTL security and device binding, in the real kernel. Needs root for the first and the last. */
@Tag("netns")
class TcpSecurityTest extends TransportFixture {

    /** A segment without the right signature is dropped in silence: nothing may happen for as long. */
    private static final Duration NEVER = Duration.ofMillis(700);

    private boolean connects(Listener listener, String source, String password) throws Exception {
        RecordingHandler handler = connect(withPassword("127.0.0.1", listener.port(), source, password));
        boolean opened = handler.opensWithin(NEVER);
        if (opened) {
            accepted().connection();
        }
        return opened;
    }

    @Test
    void onlyTheRightPasswordConnects() throws Exception {
        try (Listener listener = listen("127.0.0.1")) {
            listener.password(IpPrefix.parse("127.0.1.1/32"), Secret.of("right"));
            assertThat(connects(listener, "127.0.1.1", "right")).isTrue();
            assertThat(connects(listener, "127.0.1.1", "wrong")).isFalse();
            assertThat(connects(listener, "127.0.1.1", null)).isFalse();
            assertThat(connects(listener, "127.0.1.2", null)).isTrue();
        }
    }

    @Test
    void aPasswordChangesAndGoesWhileListening() throws Exception {
        IpPrefix peer = IpPrefix.parse("127.0.1.1/32");
        try (Listener listener = listen("0.0.0.0")) {
            listener.password(peer, Secret.of("old"));
            assertThat(connects(listener, "127.0.1.1", "old")).isTrue();
            listener.password(peer, Secret.of("new"));
            assertThat(connects(listener, "127.0.1.1", "old")).isFalse();
            assertThat(connects(listener, "127.0.1.1", "new")).isTrue();
            listener.password(peer, null);
            assertThat(connects(listener, "127.0.1.1", null)).isTrue();
            assertThat(connects(listener, "127.0.1.1", "new")).isFalse();
            listener.password(peer, null); // once more is no error
        }
    }

    @Test
    void aHostsPasswordShadowsThatOfItsRangeUntilItIsRemoved() throws Exception {
        IpPrefix host = IpPrefix.parse("127.0.1.1/32");
        try (Listener listener = listen("127.0.0.1")) {
            listener.password(IpPrefix.parse("127.0.1.0/24"), Secret.of("range"));
            assertThat(connects(listener, "127.0.1.1", "range")).isTrue();
            listener.password(host, Secret.of("host"));
            assertThat(connects(listener, "127.0.1.1", "range")).isFalse();
            assertThat(connects(listener, "127.0.1.1", "host")).isTrue();
            assertThat(connects(listener, "127.0.1.9", "range")).isTrue();
            listener.password(host, null);
            assertThat(connects(listener, "127.0.1.1", "range")).isTrue();
            assertThat(connects(listener, "127.0.1.1", "host")).isFalse();
            assertThat(connects(listener, "127.0.2.1", null)).isTrue();
        }
    }

    @Test
    void passwordsWorkForIpv6() throws Exception {
        try (Listener listener = listen("::1")) {
            listener.password(IpPrefix.parse("::1/128"), Secret.of("six"));
            RecordingHandler right = connect(withPassword("::1", listener.port(), "::1", "six"));
            assertThat(right.opensWithin(NEVER)).isTrue();
            RecordingHandler wrong = connect(withPassword("::1", listener.port(), "::1", "seven"));
            assertThat(wrong.opensWithin(NEVER)).isFalse();
        }
    }

    @Test
    void anImpossiblePasswordIsRefusedWithoutShowingIt() {
        try (Listener listener = listen("127.0.0.1")) {
            String tooLong = "x".repeat(81);
            assertThatThrownBy(() -> listener.password(IpPrefix.parse("127.0.1.1/32"), Secret.of(tooLong)))
                    .isInstanceOf(TransportException.class)
                    .hasMessageContaining("81 octets")
                    .message()
                    .doesNotContain(tooLong);
            assertThatThrownBy(() -> listener.password(IpPrefix.parse("::1/128"), Secret.of("x")))
                    .isInstanceOf(TransportException.class)
                    .hasMessageContaining("belongs on another");
        }
    }

    /** Sends as many octets as soon as it can. */
    private static RecordingHandler speaker(int octets) {
        return new RecordingHandler() {
            @Override
            public void opened(Connection connection) {
                super.opened(connection);
                connection.write(new byte[octets]);
            }
        };
    }

    private static ConnectOptions ttl(String address, int port, int ttl, int minimum) {
        return new ConnectOptions(IpAddress.parse(address), port, null, null, null, ttl, minimum);
    }

    @Test
    void ttlSecurityAcceptsNeighboursOnBothSides() throws Exception {
        for (String address : new String[] {"127.0.0.1", "::1"}) {
            try (Listener listener = listen(address, 255, 255)) {
                transport.connect(ttl(address, listener.port(), 255, 255), transport.loop(), speaker(3));
                RecordingHandler server = accepted();
                assertThat(server.octets(3)).hasSize(3);
            }
        }
    }

    @Test
    void ttlSecurityTurnsAwayPacketsFromAfarWithAReason() throws Exception {
        for (String address : new String[] {"127.0.0.1", "::1"}) {
            try (Listener listener = listen(address, 255, 255)) {
                connect(ttl(address, listener.port(), 64, 0));
                RecordingHandler server = accepted();
                assertThat(server.reason())
                        .isEqualTo("TTL security: the peer's packets arrive with a TTL of 64, not 255 or more"
                                + " (RFC 5082)");
                assertThat(server.opened).isNotDone();
            }
        }
    }

    /** The answer to the handshake has 255, as the listener's own; what the accepted socket sends has 64. */
    private Listener listenWithDefaultTtl(Loop home, RecordingHandler server) {
        return transport.listen(
                new ListenOptions(IpAddress.parse("127.0.0.1"), 0, null),
                (remote, local) -> new Acceptance(home, server, 64, 0));
    }

    @Test
    void aClientWithTtlSecurityHearsNothingFromAPeerWithTheDefaultTtl() throws Exception {
        Loop home = transport.loop();
        RecordingHandler server = new RecordingHandler();
        try (Listener listener = listenWithDefaultTtl(home, server)) {
            RecordingHandler client = connect(ttl("127.0.0.1", listener.port(), 255, 255));
            client.connection();
            Connection there = server.connection();
            // only now: what arrives before the client's check is set, microseconds after the handshake, is not checked
            on(home, () -> there.write(new byte[5]));
            Thread.sleep(NEVER.toMillis());
            assertThat(client.received()).isZero();
        }
    }

    @Test
    void aPeerWhoseAcknowledgementsAreNotHeardStillLearnsOfTheEnd() throws Exception {
        Loop home = transport.loop();
        RecordingHandler server = new RecordingHandler();
        try (Listener listener = listenWithDefaultTtl(home, server)) {
            RecordingHandler client = connect(ttl("127.0.0.1", listener.port(), 255, 255));
            Connection here = client.connection();
            on(home, () -> here.write(new byte[29]));
            assertThat(server.octets(29)).hasSize(29);
            // The kernel has sent it again by now and sends nothing new before it is acknowledged, not even the end.
            Thread.sleep(NEVER.toMillis());
            on(home, () -> {
                here.write(new byte[21]);
                here.close();
            });
            assertThat(server.closed.get(3, TimeUnit.SECONDS)).contains("reset");
            assertThat(client.reason()).contains("acknowledge");
        }
    }

    @Test
    void aListenerAndAClientCanBeBoundToALink() throws Exception {
        try (Listener listener =
                transport.listen(new ListenOptions(IpAddress.parse("127.0.0.1"), 0, "lo"), (remote, local) -> {
                    RecordingHandler handler = new RecordingHandler();
                    accepted.add(handler);
                    return new Acceptance(transport.loop(), handler, TTL, 0);
                })) {
            RecordingHandler client = connect(
                    new ConnectOptions(IpAddress.parse("127.0.0.1"), listener.port(), null, "lo", null, TTL, 0));
            client.connection();
            accepted().connection();
        }
    }
}

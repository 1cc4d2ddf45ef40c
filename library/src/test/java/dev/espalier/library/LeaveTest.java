package dev.espalier.library;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.net.Asn;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.Ipv4Address;
import dev.espalier.policy.Policies;
import dev.espalier.route.PathAttributes;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The order in which a speaker takes its leave, octet by octet, as a peer that is only a socket sees it. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LeaveTest {

    private static final String MARKER = "ff".repeat(16);
    /** Version 4, AS 65001, hold time 90 s, identifier 10.0.0.1, no capabilities. */
    private static final byte[] OPEN = HexFormat.of().parseHex(MARKER + "001d01" + "04fde9005a0a00000100");

    private static final byte[] KEEPALIVE = HexFormat.of().parseHex(MARKER + "001304");

    /** 198.51.100.0/24, withdrawn, and nothing else. */
    private static final String WITHDRAWAL = "0004" + "18c63364" + "0000";

    private static final String END_OF_RIB = "00000000";

    /** What an internal peer is asked with (RFC 8326). */
    private static final String LOCAL_PREF_0 = "400504" + "00000000";

    @Test
    void peersAreAskedToFindOtherWaysThenWhatWasAnnouncedIsWithdrawnThenTheSessionCeases() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                BgpSpeaker speaker = BgpSpeaker.start(config(server.getLocalPort()))) {
            speaker.announcements("service")
                    .announce(
                            IpPrefix.parse("198.51.100.0/24"),
                            PathAttributes.builder()
                                    .nextHop(IpAddress.parse("192.0.2.7"))
                                    .build());
            try (Socket socket = server.accept()) {
                OutputStream out = socket.getOutputStream();
                DataInputStream in = new DataInputStream(socket.getInputStream());
                out.write(OPEN);
                out.write(KEEPALIVE);
                while (!next(in).contains("18c63364")) {
                    // OPEN, KEEPALIVE, until the announcement
                }
                Thread closing = Thread.ofVirtual().start(speaker::close);
                List<String> rest = rest(in);
                closing.join();
                String cease = rest.getLast();
                List<String> updates = rest.stream()
                        .filter(message -> message.startsWith("2") && !message.equals("2 " + END_OF_RIB))
                        .toList();
                assertThat(updates)
                        .satisfiesExactly(
                                again ->
                                        assertThat(again).contains(LOCAL_PREF_0).endsWith("18c63364"),
                                gone -> assertThat(gone).isEqualTo("2 " + WITHDRAWAL));
                assertThat(cease).startsWith("3 0602"); // Cease, Administrative Shutdown
                byte[] text = HexFormat.of().parseHex(cease.substring("3 0602".length()));
                assertThat(new String(text, 1, text[0], StandardCharsets.UTF_8)).contains("has stopped");
            }
        }
    }

    private static SpeakerConfig config(int port) {
        PeerConfig peer = PeerConfig.builder(
                        "socket", new PeerConfig.Remote.Address(IpAddress.parse("127.0.0.1"), null))
                .session(PeerConfig.Session.USUAL.toBuilder().port(port).build())
                .exportPolicy(Policies.acceptAll())
                .build();
        return SpeakerConfig.builder(new Asn(65001), Ipv4Address.parse("10.0.0.2"))
                .listen(List.of())
                .drainSeconds(1)
                .peers(List.of(peer))
                .build();
    }

    /** The type and the body of the next message. */
    private static String next(DataInputStream in) throws IOException {
        in.skipNBytes(16);
        byte[] body = new byte[in.readUnsignedShort() - 19];
        int type = in.readUnsignedByte();
        in.readFully(body);
        return type + " " + HexFormat.of().formatHex(body);
    }

    private static List<String> rest(DataInputStream in) throws IOException {
        List<String> messages = new ArrayList<>();
        try {
            while (true) {
                messages.add(next(in));
            }
        } catch (EOFException closed) {
            return messages;
        }
    }
}

package dev.espalier.bgp.engine;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.session.Channel;
import dev.espalier.bgp.session.Liveness;
import dev.espalier.bgp.session.RestartFlags;
import dev.espalier.bgp.session.SessionObserver;
import dev.espalier.bgp.session.Sessions;
import dev.espalier.bgp.sim.SimulatedTransport;
import dev.espalier.bgp.wire.Family;
import dev.espalier.bgp.wire.Message;
import dev.espalier.bgp.wire.MessageEncoder;
import dev.espalier.bgp.wire.Nlri;
import dev.espalier.bgp.wire.UpdateMessage;
import dev.espalier.bgp.wire.UpdatePacker;
import dev.espalier.net.Asn;
import dev.espalier.net.Community;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.Ipv4Address;
import dev.espalier.route.RouterDiscovery;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** A neighbour that says what the test tells it to, over a real session in the simulated network, and writes down what it hears. */
final class ScriptedPeer {

    /** What it heard, in order: "announce N", "withdraw N" (prefixes in a message), "end-of-rib", "refresh SUBTYPE". */
    final List<String> heard = new ArrayList<>();

    final List<SessionObserver.Closed> closed = new ArrayList<>();
    boolean forwarding = true;

    private final Ipv4Address address;
    private final SimulatedTransport transport;
    private final Sessions sessions;
    private @Nullable Channel channel;

    ScriptedPeer(Network net, String address, long asn, PeerConfig peer) {
        this.address = Ipv4Address.parse(address);
        this.transport = net.network.host(address, this.address);
        RestartFlags flags = new RestartFlags() {
            @Override
            public boolean restarting() {
                return false;
            }

            @Override
            public boolean forwardingPreserved(Family family) {
                return forwarding;
            }
        };
        SpeakerConfig config = SpeakerConfig.builder(new Asn(asn), this.address)
                .listen(List.of(this.address))
                .peers(List.of(peer))
                .build();
        sessions = new Sessions(
                config,
                transport,
                RouterDiscovery.NONE,
                flags,
                Liveness.NONE,
                event -> {},
                (configured, dynamic) -> new Ears(),
                SimulatedTransport::linkIndex,
                new SplittableRandom(1));
    }

    ScriptedPeer start() {
        sessions.start();
        return this;
    }

    /** Its process ends without a word, as in a crash. */
    void stop() {
        sessions.stop(null);
    }

    SimulatedTransport transport() {
        return transport;
    }

    boolean up() {
        return channel != null;
    }

    void send(byte[]... messages) {
        channel().send(List.of(messages));
    }

    void notification(int code, int subcode) {
        channel().reset(new Message.Notification(code, subcode), "the test says so");
    }

    void refresh(int subtype) {
        send(MessageEncoder.encode(new Message.RouteRefresh(1, 1, subtype)));
    }

    void endOfRib() {
        send(UpdatePacker.endOfRib(Family.IPV4_UNICAST));
    }

    /** Announces prefixes with an AS path of its own AS and these communities. */
    void announce(long asn, List<Community> communities, String... prefixes) {
        ByteBuffer attributes = ByteBuffer.allocate(256);
        attributes.put(new byte[] {0x40, 1, 1, 0});
        attributes.put(new byte[] {0x40, 2, 6, 2, 1}).putInt((int) asn);
        attributes.put(new byte[] {0x40, 3, 4}).putInt(address.value());
        if (!communities.isEmpty()) {
            attributes.put(new byte[] {(byte) 0xC0, 8, (byte) (4 * communities.size())});
            communities.forEach(community -> attributes.putInt(community.bits()));
        }
        ByteBuffer nlri = ByteBuffer.allocate(1024);
        for (String text : prefixes) {
            IpPrefix prefix = IpPrefix.parse(text);
            nlri.put((byte) prefix.length());
            nlri.put(((Ipv4Address) prefix.address()).toBytes(), 0, (prefix.length() + 7) / 8);
        }
        int length = 23 + attributes.position() + nlri.position();
        ByteBuffer message = ByteBuffer.allocate(length);
        byte[] marker = new byte[16];
        Arrays.fill(marker, (byte) 0xFF);
        message.put(marker).putShort((short) length).put((byte) 2).putShort((short) 0);
        message.putShort((short) attributes.position()).put(attributes.flip()).put(nlri.flip());
        send(message.array());
    }

    private Channel channel() {
        return java.util.Objects.requireNonNull(channel, "it has no session");
    }

    private static int prefixes(Nlri nlri) {
        int[] count = {0};
        nlri.forEach((pathId, high, low, length) -> count[0]++);
        return count[0];
    }

    private final class Ears implements SessionObserver {
        @Override
        public void established(Channel opened) {
            channel = opened;
        }

        @Override
        public void updates(Channel from, List<UpdateMessage> updates, int octets) {
            for (UpdateMessage update : updates) {
                update.withdrawn().forEach(nlri -> heard.add("withdraw " + prefixes(nlri)));
                update.announced().forEach(announced -> heard.add("announce " + prefixes(announced.nlri())));
                if (update.endOfRib() != null) {
                    heard.add("end-of-rib");
                }
            }
            from.consumed(octets);
        }

        @Override
        public void refresh(Channel from, Message.RouteRefresh refresh, int octets) {
            heard.add("refresh " + refresh.subtype());
            from.consumed(octets);
        }

        @Override
        public void writable(Channel which) {}

        @Override
        public void closed(Channel which, Closed how) {
            channel = null;
            closed.add(how);
        }
    }
}

package dev.espalier.bgp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.session.Channel;
import dev.espalier.bgp.session.Negotiated;
import dev.espalier.bgp.wire.Family;
import dev.espalier.bgp.wire.Message;
import dev.espalier.bgp.wire.MessageDecoder;
import dev.espalier.bgp.wire.Nlri;
import dev.espalier.bgp.wire.SessionOptions;
import dev.espalier.bgp.wire.UpdateMessage;
import dev.espalier.net.Asn;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.Ipv4Address;
import dev.espalier.route.PathAttributes;
import dev.espalier.route.Transport;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A neighbour that only listens, and minds: it keeps the routes it is told, and fails when a message says what it knows already
 * or takes back what it was never told.
 */
class Listener implements Channel {

    /** A route's name on the wire. */
    record Route(IpPrefix prefix, int pathId) implements Comparable<Route> {
        @Override
        public int compareTo(Route other) {
            int byPrefix = prefix.compareTo(other.prefix);
            return byPrefix != 0 ? byPrefix : Integer.compareUnsigned(pathId, other.pathId);
        }
    }

    final Map<Route, PathAttributes> routes = new TreeMap<>();
    boolean writable = true;
    boolean refreshing;
    private final Set<Route> again = new TreeSet<>();

    int announcements;
    int withdrawals;
    private final SessionOptions options;

    Listener(boolean addPath) {
        Set<Family> families = Set.of(Family.IPV4_UNICAST);
        options = new SessionOptions(true, false, true, families, addPath ? families : Set.of(), Set.of());
    }

    @Override
    public void send(List<byte[]> messages) {
        for (byte[] message : messages) {
            MessageDecoder.Decoded decoded = MessageDecoder.decode(ByteBuffer.wrap(message), options);
            assertThat(decoded).isInstanceOf(MessageDecoder.Decoded.Valid.class);
            switch (((MessageDecoder.Decoded.Valid) decoded).message()) {
                case Message.Update update -> hear(update.update());
                case Message.RouteRefresh mark -> hear(mark);
                default -> throw new AssertionError("what does this say to a neighbour? " + decoded);
            }
        }
    }

    /** RFC 7313: between the two marks, everything that holds at the end is told. */
    private void hear(Message.RouteRefresh mark) {
        if (mark.subtype() == Message.RouteRefresh.BEGINNING) {
            refreshing = true;
            again.clear();
        } else {
            assertThat(mark.subtype()).isEqualTo(Message.RouteRefresh.END);
            assertThat(refreshing).as("an end without a beginning").isTrue();
            assertThat(again).as("told again").isEqualTo(routes.keySet());
            refreshing = false;
        }
    }

    private void hear(UpdateMessage update) {
        for (Nlri withdrawn : update.withdrawn()) {
            forEach(withdrawn, route -> {
                withdrawals++;
                again.remove(route);
                assertThat(routes.remove(route)).as("withdrawn: %s", route).isNotNull();
            });
        }
        for (UpdateMessage.Announcement announced : update.announced()) {
            forEach(announced.nlri(), route -> {
                announcements++;
                again.add(route);
                PathAttributes before = routes.put(route, announced.attributes());
                if (before != null && !refreshing) {
                    assertThat(announced.attributes()).as("again: %s", route).isNotEqualTo(before);
                }
                if (before != null && options.addPathReceive().contains(Family.IPV4_UNICAST)) {
                    // the bench marks each path with a community of its own
                    assertThat(announced.attributes().communities())
                            .as("an identifier in use stands for the same path: %s", route)
                            .isEqualTo(before.communities());
                }
            });
        }
    }

    private static void forEach(Nlri nlri, java.util.function.Consumer<Route> action) {
        nlri.forEach((pathId, high, low, length) ->
                action.accept(new Route(IpPrefix.of(nlri.family().addresses(), high, low, length), pathId)));
    }

    @Override
    public boolean writable() {
        return writable;
    }

    @Override
    public Negotiated negotiated() {
        Transport.Endpoint nowhere = new Transport.Endpoint(Ipv4Address.UNSPECIFIED, 0, 0);
        return new Negotiated(
                options,
                new Asn(65000),
                null,
                new Asn(65000),
                Ipv4Address.UNSPECIFIED,
                nowhere,
                nowhere,
                0,
                0,
                true,
                true,
                null,
                Set.of(),
                null,
                List.of());
    }

    @Override
    public void consumed(int octets) {}

    @Override
    public void reset(Message.Notification notification, String reason, int pauseSeconds) {}
}

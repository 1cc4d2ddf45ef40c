package dev.espalier.bfd.engine;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.net.Ipv4Address;
import dev.espalier.net.Ipv6Address;
import dev.espalier.route.Datagrams;
import dev.espalier.route.RoutingInstance;
import dev.espalier.route.Transport.TransportException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The sockets on the ports of BFD, one for each kind of session that there is. One that cannot be opened is tried again: the
 * program that has the port may end.
 */
final class ReceivingSockets {

    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final int TTL = 255;

    private final SessionContext context;
    private final BiConsumer<Kind, Datagrams.Datagram> receiver;
    private final Runnable onChange;
    private final Map<Kind, Place> places = new LinkedHashMap<>();
    private boolean closed;

    /** Which sessions a socket is for. */
    record Kind(AddressFamily family, boolean multihop) {
        static Kind of(SessionKey key) {
            return new Kind(key.peer().family(), key.multihop());
        }
    }

    private static final class Place {
        private Datagrams.@Nullable Socket socket;
        private @Nullable String problem;
    }

    /** @param onChange called when {@link #problem} may answer differently */
    ReceivingSockets(SessionContext context, BiConsumer<Kind, Datagrams.Datagram> receiver, Runnable onChange) {
        this.context = context;
        this.receiver = receiver;
        this.onChange = onChange;
    }

    /** Sees to it that there is a socket for a kind of session. */
    void need(SessionKey key) {
        Kind kind = Kind.of(key);
        if (!places.containsKey(kind)) {
            places.put(kind, new Place());
            open(kind, key.port());
        }
    }

    /** Why nothing can be received for a kind of session, or null. */
    @Nullable
    String problem(SessionKey key) {
        Place place = places.get(Kind.of(key));
        return place == null ? null : place.problem;
    }

    private void open(Kind kind, int port) {
        Place place = places.get(kind);
        if (closed || place == null) {
            return;
        }
        IpAddress any = kind.family() == AddressFamily.IPV4 ? Ipv4Address.UNSPECIFIED : Ipv6Address.UNSPECIFIED;
        String subject = "udp port " + port;
        try {
            place.socket = context.datagrams()
                    .open(new Datagrams.Options(any, port, TTL), datagram -> receiver.accept(kind, datagram));
            if (place.problem != null) {
                place.problem = null;
                context.events()
                        .info("bfd.listening", RoutingInstance.DEFAULT, subject, "BFD receives again on " + subject);
                onChange.run();
            }
        } catch (TransportException refused) {
            if (place.problem == null) {
                context.events()
                        .error(
                                "bfd.listen",
                                RoutingInstance.DEFAULT,
                                subject,
                                "no BFD session of this kind can come up: " + refused.getMessage()
                                        + "; it is tried again every 5 s");
            }
            place.problem = String.valueOf(refused.getMessage());
            onChange.run();
            context.loop().schedule(RETRY_NANOS, () -> open(kind, port));
        }
    }

    void close() {
        closed = true;
        for (Place place : places.values()) {
            if (place.socket != null) {
                place.socket.close();
            }
        }
        places.clear();
    }
}

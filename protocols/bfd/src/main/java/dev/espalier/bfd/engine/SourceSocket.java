package dev.espalier.bfd.engine;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.net.Ipv4Address;
import dev.espalier.net.Ipv6Address;
import dev.espalier.route.Datagrams;
import dev.espalier.route.Transport.TransportException;
import org.jspecify.annotations.Nullable;

/**
 * Where one session sends from: a port of its own for as long as it lives (RFC 5881 section 4). Opened when it is first needed,
 * and tried again while that fails: our address may not be there yet.
 */
final class SourceSocket {

    private static final int FIRST_PORT = 49152;
    private static final int LAST_PORT = 65535;
    private static final int ATTEMPTS = 8;
    /** RFC 5881 section 5: so that nobody further away can send what looks the same. */
    private static final int TTL = 255;

    private final SessionContext context;
    private final SessionKey key;
    private Datagrams.@Nullable Socket socket;
    private int port;

    SourceSocket(SessionContext context, SessionKey key) {
        this.context = context;
        this.key = key;
    }

    /** The port, or 0 when none is open yet. */
    int port() {
        return port;
    }

    /** @throws TransportException when it cannot be sent, with the reason */
    void send(byte[] octets) {
        String link = key.link();
        int index = link == null ? 0 : context.linkIndex().applyAsInt(link);
        if (link != null && index == 0) {
            throw new TransportException("there is no link '" + link + "'", null);
        }
        Datagrams.Socket open = socket == null ? open() : socket;
        socket = open;
        open.send(key.peer(), key.port(), index, octets);
    }

    private Datagrams.Socket open() {
        TransportException last = null;
        for (int i = 0; i < ATTEMPTS; i++) {
            int candidate = context.random().nextInt(FIRST_PORT, LAST_PORT + 1);
            try {
                Datagrams.Socket opened =
                        context.datagrams().open(new Datagrams.Options(local(), candidate, TTL), null);
                port = candidate;
                return opened;
            } catch (TransportException taken) {
                last = taken;
            }
        }
        throw last == null ? new TransportException("no source port", null) : last;
    }

    private IpAddress local() {
        IpAddress local = key.local();
        if (local != null) {
            return local;
        }
        return key.peer().family() == AddressFamily.IPV4 ? Ipv4Address.UNSPECIFIED : Ipv6Address.UNSPECIFIED;
    }

    void close() {
        if (socket != null) {
            socket.close();
            socket = null;
        }
    }
}

package dev.espalier.linux;

import dev.espalier.net.Ipv6Address;
import dev.espalier.route.Links;
import dev.espalier.route.Loop;
import dev.espalier.route.RouterDiscovery;

/** One link of {@link Icmpv6RouterDiscovery}: a thread waits for messages and hands them to the listener's loop. */
final class Icmpv6Port implements RouterDiscovery.Port {

    private final Icmpv6Socket socket;
    private final Loop loop;
    private final RouterDiscovery.Listener listener;
    private final Thread thread;
    private volatile boolean closed;

    Icmpv6Port(Links.Link link, Icmpv6Socket socket, Loop loop, RouterDiscovery.Listener listener) {
        this.socket = socket;
        this.loop = loop;
        this.listener = listener;
        this.thread = Thread.ofPlatform()
                .daemon()
                .name("router-discovery-" + link.name())
                .unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    @Override
    public boolean send(Ipv6Address destination, byte[] message) {
        return !closed && socket.send(destination, message);
    }

    private void run() {
        while (!closed) {
            Icmpv6Socket.Message message = socket.receive();
            // RFC 4861 section 6.1: no router forwards with a hop limit of 255, so it comes from this link
            if (message != null && message.hopLimit() == Icmpv6Socket.MAX_HOPS) {
                loop.execute(() -> {
                    if (!closed) {
                        listener.heard(message.source(), message.octets());
                    }
                });
            }
        }
        socket.close();
    }

    /** The thread notices, at the latest after the socket's time limit, and closes the socket: so nobody uses its number again. */
    @Override
    public void close() {
        closed = true;
    }
}

package dev.espalier.linux;

import dev.espalier.route.Links;
import dev.espalier.route.Loop;
import dev.espalier.route.RouterDiscovery;

/**
 * Router discovery through raw ICMPv6 sockets, which need CAP_NET_RAW. Each link that is open has a socket and a thread of its
 * own: there are as many as peers by interface.
 */
public final class Icmpv6RouterDiscovery implements RouterDiscovery {

    private final NetworkNamespace namespace;

    /** On the links of this process's network namespace. */
    public Icmpv6RouterDiscovery() {
        this(NetworkNamespace.current());
    }

    /** On the links of a network namespace; only the sockets live there, the threads do not. */
    public Icmpv6RouterDiscovery(NetworkNamespace namespace) {
        this.namespace = namespace;
    }

    @Override
    public Port open(Links.Link link, Loop loop, Listener listener) {
        Icmpv6Socket socket = namespace.open(() -> Icmpv6Socket.open(link));
        Icmpv6Port port = new Icmpv6Port(link, socket, loop, listener);
        port.start();
        return port;
    }
}

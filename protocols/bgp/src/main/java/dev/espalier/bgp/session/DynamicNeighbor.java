package dev.espalier.bgp.session;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.net.IpAddress;
import dev.espalier.route.Transport.Endpoint;

/**
 * A neighbour that came from a range. It is remembered while it has a session, while somebody still needs it (see {@link
 * Sessions#release}), and a while longer, so that one that is refused again and again finds its pause longer each time. Its owner
 * is {@link Sessions}.
 */
final class DynamicNeighbor {

    private final Source source;
    private final PeerSession session;
    private PeerConfig config;
    private int released;
    private boolean sought;

    /**
     * Where a neighbour is.
     *
     * @param link the kernel's index for a link-local address, otherwise 0
     */
    record Source(IpAddress address, int link) {
        Source(Endpoint endpoint) {
            this(endpoint.address(), endpoint.link());
        }
    }

    DynamicNeighbor(Source source, PeerConfig config, PeerSession session) {
        this.source = source;
        this.config = config;
        this.session = session;
    }

    Source source() {
        return source;
    }

    IpAddress address() {
        return source.address();
    }

    /** What is configured for its range. */
    PeerConfig config() {
        return config;
    }

    /** The range has changed in what does not concern the session. */
    void config(PeerConfig changed) {
        config = changed;
    }

    PeerSession session() {
        return session;
    }

    /** Whether it is connected to after a restart of ours, and so has its place before it comes. */
    void sought(boolean now) {
        sought = now;
    }

    /** Nobody needs its routes any more, unless its session has come up since. */
    void release() {
        if (!session.established()) {
            released = session.establishedCount();
        }
    }

    /** Whether nothing would be lost with it. */
    boolean forgettable() {
        return !sought && session.quiet() && released == session.establishedCount();
    }
}

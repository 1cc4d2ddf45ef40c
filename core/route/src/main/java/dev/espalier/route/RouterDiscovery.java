package dev.espalier.route;

import dev.espalier.net.Ipv6Address;

/**
 * The port to IPv6 router discovery (RFC 4861): how the routers on a link find each other. It carries the messages; what they say
 * and when to send them is the protocol's business.
 *
 * <p>Any thread may call {@link #open}, and none of it blocks.
 */
public interface RouterDiscovery {

    /** All hosts on the link, {@code ff02::1}. */
    Ipv6Address ALL_NODES = new Ipv6Address(0xFF02L << 48, 1);

    /** All routers on the link, {@code ff02::2}. */
    Ipv6Address ALL_ROUTERS = new Ipv6Address(0xFF02L << 48, 2);

    /**
     * Begins to hear router solicitations and router advertisements on a link. The link may be down: then it becomes of use when
     * it comes up. When the link is gone, nothing is heard any more; another of the same name must be opened anew.
     *
     * @param loop where the listener is called
     * @throws DiscoveryException with the link and the kernel's reason, such as missing rights
     */
    Port open(Links.Link link, Loop loop, Listener listener);

    /** One link, open. */
    interface Port extends AutoCloseable {
        /**
         * Sends a message from this host's link-local address, with a hop limit of 255.
         *
         * @param message the ICMPv6 message, with a checksum of 0, which is filled in
         * @return whether it was sent; a link that is down or has no usable link-local address yet cannot send
         */
        boolean send(Ipv6Address destination, byte[] message);

        /** Ends it; the listener may still hear what was on its way. */
        @Override
        void close();
    }

    /** Hears messages, on the loop given to {@link #open}. */
    interface Listener {
        /**
         * A router solicitation or a router advertisement has arrived: its checksum is right, and its hop limit is still 255, so
         * that it comes from this very link (RFC 4861 section 6.1). Nothing else of it has been checked.
         */
        void heard(Ipv6Address source, byte[] message);
    }

    /** A link cannot be opened; the message is a sentence for people. */
    final class DiscoveryException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        /** With what went wrong, and what to do. */
        public DiscoveryException(String message) {
            super(message);
        }
    }

    /** For those who have no use for it: no link can be opened. */
    RouterDiscovery NONE = (link, loop, listener) -> {
        throw new DiscoveryException(
                "router discovery is not available here, so a peer cannot be found by its interface");
    };
}

package dev.espalier.route;

import dev.espalier.net.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where a protocol wants a packet to go, before anybody has looked at how to get there. The routing table resolves it to
 * {@link Hop}s and keeps it resolved.
 */
public sealed interface NextHop {

    /**
     * Towards an address, by whatever route reaches it; if it is link-local, on the link named.
     *
     * @param address the gateway
     * @param link the kernel's index of the link for a link-local gateway; 0 when the address says it all
     * @param weight the share of traffic among the group's members, 1 to 256
     */
    record Via(IpAddress address, int link, int weight) implements NextHop {
        /** Towards an address, with weight 1. */
        public Via(IpAddress address) {
            this(address, 0, 1);
        }

        @Override
        public String toString() {
            return (link == 0 ? address.toString() : address + "%" + link) + (weight == 1 ? "" : " weight " + weight);
        }
    }

    /**
     * Straight onto a link, without a gateway.
     *
     * @param link the kernel's index of the link
     */
    record Attached(int link) implements NextHop {}

    /**
     * Through a tunnel, to the node at its other end.
     *
     * @param end the node's address: the tunnel's own packets travel to it by the routes that lead there
     * @param tunnel the name of the tunnel's link, which may come and go, with another number each time; empty when there is no
     *     tunnel for ends of this family
     * @param plainWhereConnected whether packets go to the node without the tunnel while it is a neighbour on one of this host's links
     * @param weight the share of traffic among the group's members, 1 to 256
     */
    record Through(IpAddress end, String tunnel, boolean plainWhereConnected, int weight) implements NextHop {
        @Override
        public String toString() {
            return end + " through " + (tunnel.isEmpty() ? "a tunnel" : tunnel)
                    + (plainWhereConnected ? " unless connected" : "") + (weight == 1 ? "" : " weight " + weight);
        }
    }

    /** Nowhere: packets are dropped silently. */
    record Discard() implements NextHop {}

    /**
     * One way out, as the kernel takes it: resolved, on a link.
     *
     * @param gateway the neighbour, on that link; null when the destination itself is on the link, or for a discard
     * @param link the kernel's index of the link; 0 for a discard
     * @param weight the share of traffic among the group's members, 1 to 256
     * @param onLink whether the kernel shall believe that the gateway is on the link although no address says so
     */
    record Hop(@Nullable IpAddress gateway, int link, int weight, boolean onLink) implements Comparable<Hop> {
        /** The hop that drops packets. */
        public static final Hop DISCARD = new Hop(null, 0, 1, false);

        /** Whether this hop drops packets. */
        public boolean isDiscard() {
            return link == 0;
        }

        @Override
        public int compareTo(Hop other) {
            int byLink = Integer.compare(link, other.link);
            if (byLink != 0) {
                return byLink;
            }
            if (gateway == null || other.gateway == null) {
                return Boolean.compare(gateway != null, other.gateway != null);
            }
            int byGateway = gateway.compareTo(other.gateway);
            return byGateway != 0 ? byGateway : Integer.compare(weight, other.weight);
        }
    }
}

package dev.espalier.routing;

import dev.espalier.net.IpAddress;
import dev.espalier.route.NextHop;

/**
 * What is resolved: an address, and the link it is on where the address does not say it all.
 *
 * @param address the next hop
 * @param link the kernel's index of its link, or 0
 * @param outer whether it is the end of a tunnel: what travels there are the tunnel's own packets, which no tunnel may carry again
 */
record NextHopKey(IpAddress address, int link, boolean outer) {

    /** A next hop of ordinary packets. */
    NextHopKey(IpAddress address, int link) {
        this(address, link, false);
    }

    static NextHopKey of(NextHop.Via via) {
        return new NextHopKey(via.address(), via.link());
    }

    /** The node at a tunnel's end, for packets that go there without the tunnel. */
    static NextHopKey plain(NextHop.Through through) {
        return new NextHopKey(through.end(), 0);
    }

    /** The node at a tunnel's end, for the packets of the tunnel. */
    static NextHopKey outer(NextHop.Through through) {
        return new NextHopKey(through.end(), 0, true);
    }

    /** The same address for the other sort of packets: what changes for the one may change for the other. */
    NextHopKey twin() {
        return new NextHopKey(address, link, !outer);
    }

    @Override
    public String toString() {
        return link == 0 ? address.toString() : address + "%" + link;
    }
}

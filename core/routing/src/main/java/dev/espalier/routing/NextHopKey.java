package dev.espalier.routing;

import dev.espalier.net.IpAddress;
import dev.espalier.route.NextHop;

/**
 * What is resolved: an address, and the link it is on where the address does not say it all.
 *
 * @param address the next hop
 * @param link the kernel's index of its link, or 0
 */
record NextHopKey(IpAddress address, int link) {

    static NextHopKey of(NextHop.Via via) {
        return new NextHopKey(via.address(), via.link());
    }

    @Override
    public String toString() {
        return link == 0 ? address.toString() : address + "%" + link;
    }
}

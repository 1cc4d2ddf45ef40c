package dev.espalier.routing;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.route.NextHop;
import dev.espalier.route.NextHop.Hop;
import java.util.List;

/** What a next hop through a tunnel comes to: the way to it without the tunnel, the tunnel's link, or nothing. Pure. */
final class TunnelWays {

    private TunnelWays() {}

    /**
     * The ways of packets to a next hop through a tunnel. The gateway is the node's address, on the tunnel's link: the kernel has to be
     * told that it is there, since no address says so.
     *
     * @param plain what is known of the node for packets that need no tunnel
     * @param outer what is known of it for the packets of the tunnel
     */
    static NextHopState of(NextHop.Through through, NextHopState plain, NextHopState outer, LinkTable links) {
        if (through.plainWhereConnected() && plain.resolvable() && plain.directlyConnected()) {
            return plain;
        }
        IpAddress end = through.end();
        if (end.family() == AddressFamily.IPV6 && end.isLinkLocal()) {
            return NextHopState.unresolvable(
                    end + " is link-local: a tunnel needs an address that means the same on every node");
        }
        if (through.tunnel().isEmpty()) {
            return NextHopState.unresolvable("no tunnel of this kind leads to " + end + ", which is "
                    + (end.family() == AddressFamily.IPV6 ? "IPv6" : "IPv4"));
        }
        if (!outer.resolvable()) {
            return NextHopState.unresolvable("the tunnel's end " + end + " cannot be reached: " + outer.because());
        }
        int link = links.index(through.tunnel());
        if (!links.isUp(link)) {
            return NextHopState.unresolvable(
                    link == 0 ? "link " + through.tunnel() + " does not exist" : links.whyDown(link));
        }
        Hop hop = new Hop(end, link, 1, true);
        return new NextHopState(
                true, outer.metric(), false, List.of(hop), "through " + through.tunnel() + ", " + outer.because());
    }
}

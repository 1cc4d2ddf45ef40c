package dev.espalier.bgp.table;

import dev.espalier.net.Asn;
import dev.espalier.net.IpAddress;
import dev.espalier.net.Ipv4Address;
import dev.espalier.route.RouteSource;

/**
 * Who a path came from, as far as the decision process and the export rules care.
 *
 * @param index the number under which the table knows it; {@link #SELF} for ourselves
 * @param kind {@link RouteSource#LOCAL}, {@link RouteSource#EBGP} or {@link RouteSource#IBGP}
 * @param asn its AS
 * @param routerId its BGP identifier
 * @param address its address
 * @param client whether it is a route reflection client of ours (RFC 4456)
 * @param link the link of a session with a link-local neighbour; otherwise 0
 */
public record PathSource(
        int index, RouteSource kind, Asn asn, Ipv4Address routerId, IpAddress address, boolean client, int link) {

    /** The index of paths that we originate ourselves. */
    public static final int SELF = 0;

    /** The same source as a route reflection client, or not as one. */
    public PathSource asClient(boolean reflected) {
        return new PathSource(index, kind, asn, routerId, address, reflected, link);
    }

    /** Whether the path came from another AS. */
    public boolean external() {
        return kind == RouteSource.EBGP;
    }
}

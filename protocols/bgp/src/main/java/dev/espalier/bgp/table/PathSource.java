package dev.espalier.bgp.table;

import dev.espalier.net.Asn;
import dev.espalier.net.IpAddress;
import dev.espalier.net.Ipv4Address;
import dev.espalier.route.RouteSource;

/**
 * Who a path came from, as far as the decision process and the export rules care.
 *
 * @param index the number under which the table knows it; {@link #SELF} for ourselves
 * @param kind {@link RouteSource#LOCAL}, {@link RouteSource#EBGP}, {@link RouteSource#IBGP} or {@link RouteSource#LEAKED}
 * @param asn its AS
 * @param routerId its BGP identifier
 * @param address its address
 * @param client whether it is a route reflection client of ours (RFC 4456)
 * @param link the link of a session with a link-local neighbour; otherwise 0
 * @param importRank for paths leaked from another routing instance: the place of that instance among those imported from, from 1;
 *     otherwise 0
 */
public record PathSource(
        int index,
        RouteSource kind,
        Asn asn,
        Ipv4Address routerId,
        IpAddress address,
        boolean client,
        int link,
        int importRank) {

    /** A source in this routing instance. */
    public PathSource(
            int index, RouteSource kind, Asn asn, Ipv4Address routerId, IpAddress address, boolean client, int link) {
        this(index, kind, asn, routerId, address, client, link, 0);
    }

    /**
     * Another routing instance of this host.
     *
     * @param rank its place among those imported from, from 1
     */
    public static PathSource leaked(int index, Asn asn, Ipv4Address routerId, int rank) {
        return new PathSource(index, RouteSource.LEAKED, asn, routerId, Ipv4Address.UNSPECIFIED, false, 0, rank);
    }

    /** The index of paths that we originate ourselves. */
    public static final int SELF = 0;

    /** The same source as a route reflection client, or not as one. */
    public PathSource asClient(boolean reflected) {
        return new PathSource(index, kind, asn, routerId, address, reflected, link, importRank);
    }

    /** Whether the path came from another AS. */
    public boolean external() {
        return kind == RouteSource.EBGP;
    }
}

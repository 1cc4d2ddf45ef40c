package dev.espalier.bgp.engine;

import dev.espalier.bgp.wire.Family;
import dev.espalier.net.Asn;
import dev.espalier.net.IpAddress;
import java.util.Set;

/**
 * A neighbour from a range that a run of ours knew: it had a session, or its routes were still kept.
 *
 * @param peer the name of the range's peer
 * @param address the neighbour's
 * @param link the kernel's index of its link where the address is link-local, otherwise 0
 * @param local by which of our addresses it knows us
 * @param asn its AS
 * @param families what was exchanged with it
 */
public record RememberedNeighbor(
        String peer, IpAddress address, int link, IpAddress local, Asn asn, Set<Family> families) {

    /** Copies the set. */
    public RememberedNeighbor {
        families = Set.copyOf(families);
    }

    /** What people call it: the range and the address. */
    String label() {
        return label(peer, address, link);
    }

    static String label(String peer, IpAddress address, int link) {
        return peer + " (" + address + (link == 0 ? "" : "%" + link) + ")";
    }
}

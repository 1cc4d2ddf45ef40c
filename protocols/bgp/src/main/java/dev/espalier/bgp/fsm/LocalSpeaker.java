package dev.espalier.bgp.fsm;

import dev.espalier.net.Asn;
import dev.espalier.net.Ipv4Address;

/**
 * Who we are in the OPENs to one neighbour.
 *
 * @param asn our AS, or the one that this neighbour knows us by (RFC 7705)
 * @param routerId our BGP identifier
 */
public record LocalSpeaker(Asn asn, Ipv4Address routerId) {}

package dev.espalier.bgp.fsm;

import dev.espalier.net.Asn;
import dev.espalier.net.Ipv4Address;

/**
 * Who we are in every OPEN.
 *
 * @param asn our AS
 * @param routerId our BGP identifier
 */
public record LocalSpeaker(Asn asn, Ipv4Address routerId) {}

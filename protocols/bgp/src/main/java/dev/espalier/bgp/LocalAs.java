package dev.espalier.bgp;

import dev.espalier.net.Asn;

/**
 * The AS that we are in as far as one external neighbour can tell (RFC 7705), for as long as an AS number is being changed.
 *
 * @param asn what our OPEN says
 * @param prepend whether it is also put before the AS path of what the neighbour tells us, as if that AS still lay between
 * @param replaceAs whether our real AS is left out of the AS path of what we tell the neighbour; otherwise it follows this one
 */
public record LocalAs(Asn asn, boolean prepend, boolean replaceAs) {
    @Override
    public String toString() {
        return asn + (prepend ? "" : ", no prepend") + (replaceAs ? ", replace AS" : "");
    }
}

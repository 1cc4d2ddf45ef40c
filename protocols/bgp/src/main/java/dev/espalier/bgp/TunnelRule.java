package dev.espalier.bgp;

import dev.espalier.net.IpPrefix;

/**
 * Says that packets to what neighbours announce within a prefix travel through a tunnel to the node that is the BGP next hop.
 *
 * <p>The next hop has to be the node itself: a neighbour in between that names itself as the next hop, as external peers do
 * unless told otherwise, would be taken for the tunnel's other end.
 *
 * @param within the prefix, such as that of a pool of pods' addresses; of several rules that cover a route the longest counts
 * @param ipv4Link the name of the tunnel's link towards nodes with IPv4 addresses; empty when there is none
 * @param ipv6Link the name of the tunnel's link towards nodes with IPv6 addresses; empty when there is none
 * @param crossSubnet whether nodes that are neighbours on one of this host's links get their packets without the tunnel
 */
public record TunnelRule(IpPrefix within, String ipv4Link, String ipv6Link, boolean crossSubnet) {}

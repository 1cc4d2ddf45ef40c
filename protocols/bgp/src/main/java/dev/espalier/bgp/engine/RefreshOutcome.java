package dev.espalier.bgp.engine;

import dev.espalier.net.IpAddress;

/**
 * What came of an operator's wish to refresh one neighbour.
 *
 * @param peer the name of the configured peer
 * @param address the neighbour's
 * @param asked whether it was asked to tell its routes again; not when that was not wished, or it does not know how (RFC 2918)
 * @param told whether it is told all our routes again
 */
public record RefreshOutcome(String peer, IpAddress address, boolean asked, boolean told) {}

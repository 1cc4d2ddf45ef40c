package dev.espalier.agent.api;

/**
 * What came of the wish to refresh one neighbour.
 *
 * @param instance the routing instance
 * @param name what the configuration calls it
 * @param address its address
 * @param asked whether it was asked to tell its routes again; not when that was not wished, or it does not know how (RFC 2918)
 * @param told whether it is told all our routes again
 */
public record RefreshView(String instance, String name, String address, boolean asked, boolean told) {}

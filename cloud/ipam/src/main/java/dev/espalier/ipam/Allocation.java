package dev.espalier.ipam;

import java.time.Instant;

/**
 * Who has an address.
 *
 * @param handle for what it was asked: network, container and interface; asking again for the same handle gives the same address
 * @param node where that is
 * @param owner what people call it, {@code NAMESPACE/POD} say
 * @param since when it was given
 */
public record Allocation(String handle, String node, String owner, Instant since) {}

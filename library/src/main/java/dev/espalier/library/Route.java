package dev.espalier.library;

import dev.espalier.bgp.engine.PrefixSnapshot;
import dev.espalier.net.IpPrefix;

/**
 * A prefix and one path to it, at one moment.
 *
 * @param prefix the prefix
 * @param path the path: from whom, with which attributes as received and as accepted, what it is good for, and why
 */
public record Route(IpPrefix prefix, PrefixSnapshot.Path path) {}

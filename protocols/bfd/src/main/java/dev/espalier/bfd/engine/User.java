package dev.espalier.bfd.engine;

import dev.espalier.route.RoutingInstance;

/**
 * Who uses a session, for people.
 *
 * @param instance the routing instance it belongs to
 * @param name such as the name of a BGP peer
 */
public record User(RoutingInstance instance, String name) {}

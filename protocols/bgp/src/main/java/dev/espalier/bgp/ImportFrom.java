package dev.espalier.bgp;

import dev.espalier.policy.Policy;

/**
 * Routes of another routing instance of this host that are leaked into this one, as far as a policy lets them.
 *
 * @param instance the name of the other routing instance
 * @param policy what accepts and changes them
 */
public record ImportFrom(String instance, Policy policy) {}

package dev.espalier.bgp.engine;

import dev.espalier.net.Asn;
import dev.espalier.policy.Policy;

/**
 * Another routing instance of this host that imports from this one.
 *
 * @param instance its name
 * @param asn the AS of its speaker
 * @param policy what accepts and changes the routes it gets; asked on the loop of the instance that they come from
 */
public record LeakTarget(String instance, Asn asn, Policy policy) {}

package dev.espalier.bgp.wire;

import java.util.EnumSet;
import java.util.Set;

/** Sessions as tests need them. */
final class Sessions {

    private static final Set<Family> BOTH = EnumSet.allOf(Family.class);

    /** An external peer with four-octet AS numbers, both families, nothing else. */
    static final SessionOptions EXTERNAL = new SessionOptions(true, false, false, BOTH, Set.of(), Set.of());
    /** The same in our own AS. */
    static final SessionOptions INTERNAL = new SessionOptions(true, false, true, BOTH, Set.of(), Set.of());
    /** An external peer that knows two-octet AS numbers only. */
    static final SessionOptions OLD = new SessionOptions(false, false, false, BOTH, Set.of(), Set.of());
    /** An external peer with messages of up to 65535 octets. */
    static final SessionOptions EXTENDED = new SessionOptions(true, true, false, BOTH, Set.of(), Set.of());
    /** An external peer with path identifiers both ways. */
    static final SessionOptions ADD_PATH = new SessionOptions(true, false, false, BOTH, BOTH, BOTH);
    /** An external peer that knows IPv6 only. */
    static final SessionOptions ONLY_IPV6 =
            new SessionOptions(true, false, false, Set.of(Family.IPV6_UNICAST), Set.of(), Set.of());
    /** An external peer that takes IPv6 next hops for IPv4 prefixes. */
    static final SessionOptions EXTENDED_NEXT_HOP =
            new SessionOptions(true, false, false, BOTH, Set.of(), Set.of(), Set.of(Family.IPV4_UNICAST));

    private Sessions() {}
}

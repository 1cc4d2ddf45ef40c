package dev.espalier.routing;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.PrefixTable;

/**
 * The prefixes of one routing instance, each kept once: a table per family, whose numbers the protocols' tables and the routing
 * table use as indexes into arrays of their own. Each user retains the numbers it uses and releases them itself.
 *
 * <p>Owned by the instance's loop, like all that uses it.
 */
public final class PrefixIndex {

    private final PrefixTable ipv4 = new PrefixTable(AddressFamily.IPV4);
    private final PrefixTable ipv6 = new PrefixTable(AddressFamily.IPV6);

    /** An index without prefixes. */
    public PrefixIndex() {}

    /** The prefixes of a family. */
    public PrefixTable table(AddressFamily family) {
        return switch (family) {
            case IPV4 -> ipv4;
            case IPV6 -> ipv6;
        };
    }
}

package dev.espalier.bgp.wire;

import dev.espalier.net.AddressFamily;
import org.jspecify.annotations.Nullable;

/**
 * An address family of BGP (RFC 4760): what kind of reachability an NLRI speaks of. A further family is a further
 * constant here and an NLRI codec beside {@link Nlri}.
 */
public enum Family {
    /** AFI 1, SAFI 1. */
    IPV4_UNICAST(1, 1, AddressFamily.IPV4, "ipv4-unicast"),
    /** AFI 2, SAFI 1. */
    IPV6_UNICAST(2, 1, AddressFamily.IPV6, "ipv6-unicast");

    private final int afi;
    private final int safi;
    private final AddressFamily addresses;
    private final String text;

    Family(int afi, int safi, AddressFamily addresses, String text) {
        this.afi = afi;
        this.safi = safi;
        this.addresses = addresses;
        this.text = text;
    }

    /** The address family identifier, 16 bits. */
    public int afi() {
        return afi;
    }

    /** The subsequent address family identifier, 8 bits. */
    public int safi() {
        return safi;
    }

    /** The family of the addresses in its prefixes. */
    public AddressFamily addresses() {
        return addresses;
    }

    /** The family of these codes, or null when Espalier does not speak it. */
    public static @Nullable Family of(int afi, int safi) {
        for (Family family : values()) {
            if (family.afi == afi && family.safi == safi) {
                return family;
            }
        }
        return null;
    }

    /** The unicast family of these addresses. */
    public static Family unicast(AddressFamily addresses) {
        return addresses == AddressFamily.IPV4 ? IPV4_UNICAST : IPV6_UNICAST;
    }

    /** The name used in configuration and output, such as {@code ipv4-unicast}. */
    @Override
    public String toString() {
        return text;
    }
}

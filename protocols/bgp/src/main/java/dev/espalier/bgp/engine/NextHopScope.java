package dev.espalier.bgp.engine;

import dev.espalier.bgp.table.PathSource;
import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.route.PathAttributes;

/**
 * How far a next hop means something: a link-local address only on its own link (RFC 4007 section 4), an IPv6 address for IPv4
 * prefixes only to a neighbour that has agreed to it (RFC 8950 section 4). Pure.
 */
final class NextHopScope {

    private NextHopScope() {}

    /** Whether the next hop of a path can be kept towards the neighbours of a key. */
    static boolean reaches(ExportKey key, PathAttributes attributes, PathSource from) {
        IpAddress nextHop = attributes.nextHop();
        if (nextHop == null) {
            return false;
        }
        return isOfFamily(key, nextHop) && (!isScoped(nextHop) || onSameLink(key, from));
    }

    /** Whether the path came from a link-local neighbour on the link on which the neighbours of the key are. */
    static boolean onSameLink(ExportKey key, PathSource from) {
        return key.link() != 0 && key.link() == from.link();
    }

    /** Whether only RFC 8950 could carry the next hop to the neighbours of a key, and they did not agree to it. */
    static boolean needsExtendedEncoding(ExportKey key, PathAttributes attributes) {
        IpAddress nextHop = attributes.nextHop();
        return nextHop != null && !isScoped(nextHop) && !isOfFamily(key, nextHop);
    }

    /** Whether attributes, with the next hop that a policy may have set, can be written in a message for a key. */
    static boolean canBeSaid(ExportKey key, PathAttributes attributes) {
        IpAddress nextHop = attributes.nextHop();
        return nextHop != null && isOfFamily(key, nextHop) && (!isScoped(nextHop) || key.link() != 0);
    }

    private static boolean isOfFamily(ExportKey key, IpAddress nextHop) {
        return nextHop.family() == key.family().addresses() || key.extendedNextHop() && !isIpv4(nextHop);
    }

    /** Unlike fe80::/10, 169.254.0.0/16 is routed inside many clouds, and its addresses are told like any others. */
    static boolean isScoped(IpAddress nextHop) {
        return nextHop.isLinkLocal() && !isIpv4(nextHop);
    }

    private static boolean isIpv4(IpAddress address) {
        return address.family() == AddressFamily.IPV4;
    }
}

package dev.espalier.flannel;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A node's subnet, as the keys under {@code subnets} name it: {@code 10.5.52.0-24}, with two families
 * {@code 10.5.52.0-24&fc00:0:0:34::-64}.
 *
 * @param ipv4 of the first family, which is always there
 * @param ipv6 of the second; null for none
 */
public record SubnetKey(IpPrefix ipv4, @Nullable IpPrefix ipv6) {

    /** @throws IllegalArgumentException when a prefix is of the other family */
    public SubnetKey {
        if (ipv4.family() != AddressFamily.IPV4 || ipv6 != null && ipv6.family() != AddressFamily.IPV6) {
            throw new IllegalArgumentException("a subnet has an IPv4 part and may have an IPv6 part, not " + ipv4
                    + (ipv6 == null ? "" : " and " + ipv6));
        }
    }

    /** A subnet of IPv4 alone. */
    public static SubnetKey of(IpPrefix ipv4) {
        return new SubnetKey(ipv4, null);
    }

    /**
     * Reads the last part of a key. As for flannel, an IPv4 part may be /31 at most, an IPv6 part /127.
     *
     * @throws FlannelFormatException when it is no subnet
     */
    public static SubnetKey parse(String text) {
        int and = text.indexOf('&');
        IpPrefix ipv4 = part(and < 0 ? text : text.substring(0, and), AddressFamily.IPV4, text);
        IpPrefix ipv6 = and < 0 ? null : part(text.substring(and + 1), AddressFamily.IPV6, text);
        return new SubnetKey(ipv4, ipv6);
    }

    private static IpPrefix part(String text, AddressFamily family, String whole) {
        int dash = text.lastIndexOf('-');
        try {
            IpAddress address = IpAddress.parse(dash < 0 ? text : text.substring(0, dash));
            int length = Integer.parseInt(text.substring(dash + 1));
            if (dash >= 0 && address.family() == family && length < family.bits()) {
                return new IpPrefix(address, length);
            }
        } catch (IllegalArgumentException senseless) {
            // said below, for all that can be wrong
        }
        throw new FlannelFormatException(
                "'" + whole + "' is no subnet; they are written like 10.5.52.0-24 or 10.5.52.0-24&fc00:0:0:34::-64");
    }

    /** Its prefixes. */
    public List<IpPrefix> prefixes() {
        return Stream.of(ipv4, ipv6).filter(java.util.Objects::nonNull).toList();
    }

    /** As it stands in a key. */
    public String text() {
        return dashed(ipv4) + (ipv6 == null ? "" : "&" + dashed(ipv6));
    }

    private static String dashed(IpPrefix prefix) {
        return prefix.address() + "-" + prefix.length();
    }

    /** As people write it. */
    @Override
    public String toString() {
        return ipv4 + (ipv6 == null ? "" : " and " + ipv6);
    }
}

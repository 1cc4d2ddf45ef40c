package dev.espalier.net;

/**
 * An IPv4 or IPv6 address, without a zone: a link-local address means something only together with the link it is used on,
 * and whoever needs that link carries it beside the address.
 *
 * <p>Ordered by family (IPv4 first), then by unsigned value. Immutable; any thread.
 */
public sealed interface IpAddress extends Comparable<IpAddress> permits Ipv4Address, Ipv6Address {

    /** The family of this address. */
    AddressFamily family();

    /**
     * The first 64 bits, left-aligned: an IPv4 address fills the upper half and leaves the lower half zero. Together with
     * {@link #low()} this lets one piece of code walk the bits of both families.
     */
    long high();

    /** The last 64 bits; always zero for IPv4. */
    long low();

    /** The address in network byte order: 4 or 16 octets. */
    byte[] toBytes();

    /** Whether this is 0.0.0.0 or {@code ::}. */
    default boolean isUnspecified() {
        return high() == 0 && low() == 0;
    }

    /** Whether this is in 127.0.0.0/8 or is {@code ::1}. */
    boolean isLoopback();

    /** Whether this is in 169.254.0.0/16 or fe80::/10. */
    boolean isLinkLocal();

    /** Whether this is in 224.0.0.0/4 or ff00::/8. */
    boolean isMulticast();

    /** The prefix that holds only this address: a /32 or a /128. */
    default IpPrefix toPrefix() {
        return new IpPrefix(this, family().bits());
    }

    @Override
    default int compareTo(IpAddress other) {
        int byFamily = family().compareTo(other.family());
        if (byFamily != 0) {
            return byFamily;
        }
        int byHigh = Long.compareUnsigned(high(), other.high());
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low(), other.low());
    }

    /**
     * Reads an address in the usual text forms (RFC 4291 section 2.2 for IPv6; four decimal numbers without leading zeros for
     * IPv4).
     *
     * @throws IllegalArgumentException with a sentence for people when the text is not an address
     */
    static IpAddress parse(String text) {
        return text.indexOf(':') >= 0 ? Ipv6Address.parse(text) : Ipv4Address.parse(text);
    }

    /**
     * The address held in network byte order.
     *
     * @throws IllegalArgumentException unless there are 4 or 16 octets
     */
    static IpAddress ofBytes(byte[] octets) {
        return switch (octets.length) {
            case 4 -> Ipv4Address.ofBytes(octets, 0);
            case 16 -> Ipv6Address.ofBytes(octets, 0);
            default -> throw new IllegalArgumentException("an address has 4 or 16 octets, not " + octets.length);
        };
    }

    /** The address whose left-aligned bits are given; see {@link #high()}. */
    static IpAddress of(AddressFamily family, long high, long low) {
        return switch (family) {
            case IPV4 -> new Ipv4Address((int) (high >>> 32));
            case IPV6 -> new Ipv6Address(high, low);
        };
    }
}

package dev.espalier.net;

/**
 * A block of addresses: an address whose bits after {@code length} are all zero.
 *
 * <p>The constructor refuses host bits; {@link #of} clears them. Ordered by address, then by length (shorter first), which is
 * the order in which a walk over a {@link PrefixTable} meets them. Immutable; any thread.
 *
 * @param address the first address of the block
 * @param length how many leading bits are fixed: 0 to 32 or 128
 */
public record IpPrefix(IpAddress address, int length) implements Comparable<IpPrefix> {

    /** 0.0.0.0/0. */
    public static final IpPrefix DEFAULT_IPV4 = new IpPrefix(Ipv4Address.UNSPECIFIED, 0);
    /** {@code ::/0}. */
    public static final IpPrefix DEFAULT_IPV6 = new IpPrefix(Ipv6Address.UNSPECIFIED, 0);

    /** @throws IllegalArgumentException when the length does not fit the family or host bits are set */
    public IpPrefix {
        if (length < 0 || length > address.family().bits()) {
            throw new IllegalArgumentException("a prefix length of " + address.family() + " is 0 to "
                    + address.family().bits() + ", not " + length);
        }
        if ((address.high() & ~highMask(length)) != 0 || (address.low() & ~lowMask(length)) != 0) {
            throw new IllegalArgumentException("'" + address + "/" + length
                    + "' has bits set after its length; the prefix is " + of(address, length));
        }
    }

    /** The block of this length that holds the address: bits after the length are cleared. */
    public static IpPrefix of(IpAddress address, int length) {
        IpAddress masked =
                IpAddress.of(address.family(), address.high() & highMask(length), address.low() & lowMask(length));
        return new IpPrefix(masked, length);
    }

    /** The block whose left-aligned bits and length are given; see {@link IpAddress#high()}. */
    public static IpPrefix of(AddressFamily family, long high, long low, int length) {
        return new IpPrefix(IpAddress.of(family, high, low), length);
    }

    /**
     * Reads {@code ADDRESS/LENGTH}. Host bits are refused, so that a typing error does not silently announce another block.
     *
     * @throws IllegalArgumentException with a sentence for people
     */
    public static IpPrefix parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException(
                    "'" + text + "' has no length; write it like 10.0.0.0/8 or 2001:db8::/32");
        }
        IpAddress address = IpAddress.parse(text.substring(0, slash));
        String digits = text.substring(slash + 1);
        if (digits.isEmpty() || digits.length() > 3 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new IllegalArgumentException("'" + digits + "' is not a prefix length in '" + text + "'");
        }
        return new IpPrefix(address, Integer.parseInt(digits));
    }

    /** The family of the addresses in this block. */
    public AddressFamily family() {
        return address.family();
    }

    /** Whether the address lies in this block; false for another family. */
    public boolean contains(IpAddress candidate) {
        return candidate.family() == family()
                && ((candidate.high() ^ address.high()) & highMask(length)) == 0
                && ((candidate.low() ^ address.low()) & lowMask(length)) == 0;
    }

    /** Whether the other block is this one or lies within it. */
    public boolean covers(IpPrefix other) {
        return other.length >= length && contains(other.address);
    }

    /** Whether the block holds one address only. */
    public boolean isHost() {
        return length == family().bits();
    }

    /** The mask of a length over the first 64 bits, left-aligned. */
    public static long highMask(int length) {
        return length <= 0 ? 0 : length >= 64 ? -1L : -1L << 64 - length;
    }

    /** The mask of a length over the last 64 bits. */
    public static long lowMask(int length) {
        return length <= 64 ? 0 : length >= 128 ? -1L : -1L << 128 - length;
    }

    @Override
    public int compareTo(IpPrefix other) {
        int byAddress = address.compareTo(other.address);
        return byAddress != 0 ? byAddress : Integer.compare(length, other.length);
    }

    @Override
    public String toString() {
        return address + "/" + length;
    }

    /** Mixed: the derived hash would put prefixes with zero low bits in few buckets. */
    @Override
    public int hashCode() {
        return address.hashCode() * 0x85EBCA6B + length;
    }
}

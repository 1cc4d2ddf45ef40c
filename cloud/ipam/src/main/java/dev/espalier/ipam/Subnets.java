package dev.espalier.ipam;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.Ipv4Address;
import dev.espalier.net.Ipv6Address;
import java.math.BigInteger;
import java.util.List;

/** Counts through the parts of a prefix. */
final class Subnets {

    /** More parts than two to this are not counted: nobody fills them. */
    private static final int MOST_BITS = 30;

    private Subnets() {}

    /** How many parts of a length a prefix has, as far as they are counted. */
    static int count(IpPrefix whole, int length) {
        return 1 << Math.min(MOST_BITS, length - whole.length());
    }

    /** A part by its number, from 0 to less than {@link #count}. */
    static IpPrefix nth(IpPrefix whole, int length, int number) {
        AddressFamily family = whole.family();
        BigInteger offset = BigInteger.valueOf(number).shiftLeft(family.bits() - length);
        return new IpPrefix(address(family, value(whole.address()).add(offset)), length);
    }

    /** Which part of a length holds an address of the prefix; of one beyond those that are counted, {@link #count}. */
    static int number(IpPrefix whole, int length, IpAddress address) {
        BigInteger number = value(address)
                .subtract(value(whole.address()))
                .shiftRight(address.family().bits() - length);
        return number.bitLength() > MOST_BITS ? count(whole, length) : number.intValue();
    }

    /** An address of a block by its ordinal. */
    static IpAddress address(IpPrefix block, int ordinal) {
        return nth(block, block.family().bits(), ordinal).address();
    }

    static boolean overlap(IpPrefix one, IpPrefix other) {
        return one.covers(other) || other.covers(one);
    }

    /** Whether these parts, which do not overlap, leave nothing of a prefix. */
    static boolean fill(IpPrefix whole, List<IpPrefix> parts) {
        BigInteger left = BigInteger.ONE.shiftLeft(whole.family().bits() - whole.length());
        for (IpPrefix part : parts) {
            left = left.subtract(BigInteger.ONE.shiftLeft(part.family().bits() - part.length()));
        }
        return left.signum() <= 0;
    }

    private static BigInteger value(IpAddress address) {
        return new BigInteger(1, address.toBytes());
    }

    private static IpAddress address(AddressFamily family, BigInteger value) {
        byte[] octets = new byte[family.octets()];
        byte[] digits = value.toByteArray(); // may begin with a zero for the sign
        int taken = Math.min(digits.length, octets.length);
        System.arraycopy(digits, digits.length - taken, octets, octets.length - taken, taken);
        return family == AddressFamily.IPV4 ? Ipv4Address.ofBytes(octets, 0) : Ipv6Address.ofBytes(octets, 0);
    }
}

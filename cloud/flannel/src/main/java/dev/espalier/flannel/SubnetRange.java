package dev.espalier.flannel;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;

/**
 * The subnets of one length that nodes may have, of one family.
 *
 * @param network what they are part of
 * @param length their prefix length
 * @param first the lowest
 * @param last the highest
 */
public record SubnetRange(IpPrefix network, int length, IpPrefix first, IpPrefix last) {

    /** Whether a subnet is one of these. */
    public boolean has(IpPrefix subnet) {
        return subnet.length() == length
                && network.covers(subnet)
                && subnet.compareTo(first) >= 0
                && subnet.compareTo(last) <= 0;
    }

    /**
     * The lowest of these that overlap none of those that are taken.
     *
     * @param most so many at most
     */
    public List<IpPrefix> free(List<IpPrefix> taken, int most) {
        List<IpPrefix> free = new ArrayList<>();
        for (IpPrefix candidate = first;
                candidate.compareTo(last) <= 0 && free.size() < most;
                candidate = next(candidate)) {
            if (isFree(candidate, taken)) {
                free.add(candidate);
            }
            if (candidate.equals(last)) {
                break; // what comes next may not exist
            }
        }
        return free;
    }

    static boolean isFree(IpPrefix candidate, List<IpPrefix> taken) {
        return taken.stream().noneMatch(other -> other.covers(candidate) || candidate.covers(other));
    }

    /** The subnet of the same length that follows. */
    static IpPrefix next(IpPrefix subnet) {
        return shifted(subnet, 1);
    }

    /** The subnet of the same length so many places away. */
    static IpPrefix shifted(IpPrefix subnet, int places) {
        IpAddress address = subnet.address();
        AddressFamily family = subnet.family();
        if (subnet.length() <= 64) {
            long high = address.high() + ((long) places << 64 - subnet.length());
            return IpPrefix.of(family, high, address.low(), subnet.length());
        }
        long step = (long) places << 128 - subnet.length();
        long low = address.low() + step;
        boolean carry = step > 0 && Long.compareUnsigned(low, step) < 0;
        boolean borrow = step < 0 && Long.compareUnsigned(low, address.low()) > 0;
        return IpPrefix.of(family, address.high() + (carry ? 1 : 0) - (borrow ? 1 : 0), low, subnet.length());
    }
}

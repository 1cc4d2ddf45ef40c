package dev.espalier.routing;

import dev.espalier.net.AddressFamily;
import dev.espalier.route.NextHop;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A set of next hops that routes share, and what it resolves to now. Made and kept by {@link GroupTable}.
 */
final class NextHopGroup {

    final int number;
    final AddressFamily family;
    final List<NextHop> members;

    /** How many routes and protocols hold it. */
    int holders;

    /** What it resolves to; empty when no member can be reached. */
    List<NextHop.Hop> hops = List.of();

    /** Why it does not resolve, when it does not. */
    String because = "";

    /** Its group in the kernel, once one was needed. Belongs to {@link FibSync}. */
    @Nullable
    KernelGroup kernel;

    NextHopGroup(int number, AddressFamily family, List<NextHop> members) {
        this.number = number;
        this.family = family;
        this.members = members;
    }

    boolean isResolved() {
        return !hops.isEmpty();
    }

    /** Whether it sends to this very next hop. */
    boolean contains(NextHopKey key) {
        for (NextHop member : members) {
            if (member instanceof NextHop.Via via
                    && via.link() == key.link()
                    && via.address().equals(key.address())) {
                return true;
            }
        }
        return false;
    }
}

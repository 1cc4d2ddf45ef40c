package dev.espalier.bgp.discovery;

import dev.espalier.net.Ipv6Address;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the neighbour on one link. Immutable.
 *
 * @param up whether the link can carry packets
 * @param neighbor who is there, or null
 * @param lastNeighbor who was there before, when nobody is now, or null
 * @param rounds how many times we have spoken since the link came up
 * @param lastSpoken when we last did, on the loop's clock
 * @param strangers further routers on the link that people have been told of
 */
record DiscoveryState(
        boolean up,
        @Nullable Neighbor neighbor,
        @Nullable Neighbor lastNeighbor,
        int rounds,
        long lastSpoken,
        Set<Ipv6Address> strangers) {

    /** Before anything is known. */
    static final DiscoveryState INITIAL = new DiscoveryState(false, null, null, 0, 0, Set.of());

    /** Copies the set. */
    DiscoveryState {
        strangers = Set.copyOf(strangers);
    }

    /**
     * A router that was heard.
     *
     * @param address its link-local address
     * @param macAddress its hardware address, empty when it did not say
     * @param heard when its last advertisement came, on the loop's clock
     * @param lifetimeSeconds what that said
     */
    record Neighbor(Ipv6Address address, String macAddress, long heard, int lifetimeSeconds) {}

    DiscoveryState withNeighbor(Neighbor found) {
        return new DiscoveryState(up, found, null, rounds, lastSpoken, strangers);
    }

    DiscoveryState withoutNeighbor() {
        return new DiscoveryState(up, null, neighbor, rounds, lastSpoken, strangers);
    }

    DiscoveryState spoken(long now) {
        return new DiscoveryState(up, neighbor, lastNeighbor, rounds + 1, now, strangers);
    }
}

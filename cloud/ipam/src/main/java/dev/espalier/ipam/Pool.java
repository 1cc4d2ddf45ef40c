package dev.espalier.ipam;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpPrefix;
import java.time.Duration;

/**
 * A range that addresses may come from, as it concerns one node and one request: selectors are behind it.
 *
 * @param name of its object
 * @param prefix all its addresses; none is special, not even the first and the last
 * @param blockLength the prefix length of new blocks; those that exist keep theirs
 * @param disabled whether nothing new may come from it
 * @param strict whether a node may only use blocks of its own
 * @param cooldown how long an address rests before it is given again
 */
public record Pool(String name, IpPrefix prefix, int blockLength, boolean disabled, boolean strict, Duration cooldown) {

    /** The most addresses of a block, as a power of two: its document is written whole. */
    static final int LARGEST_BLOCK_BITS = 12;

    /** @throws IllegalArgumentException when blocks of that length do not fit, or would be too large */
    public Pool {
        int bits = prefix.family().bits();
        if (blockLength < prefix.length() || blockLength > bits || blockLength < bits - LARGEST_BLOCK_BITS) {
            throw new IllegalArgumentException(
                    "pool " + name + ": blocks of length " + blockLength + " do not fit into " + prefix + "; say "
                            + Math.max(prefix.length(), bits - LARGEST_BLOCK_BITS) + " to " + bits);
        }
    }

    /** The family of its addresses. */
    public AddressFamily family() {
        return prefix.family();
    }
}

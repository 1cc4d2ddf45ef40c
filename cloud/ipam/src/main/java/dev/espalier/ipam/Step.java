package dev.espalier.ipam;

import dev.espalier.net.IpAddress;

/** What {@link Choice} says is to be done next for a request. */
sealed interface Step {

    /** The handle has this address already. */
    record Given(IpAddress address, Block block) implements Step {}

    /** The address is to be given by writing the block in the place of the one that was seen. */
    record Give(IpAddress address, Block seen, Block next) implements Step {

        /** Whether the node has had that block for certain. */
        boolean isFromOwnBlock(String node) {
            return seen.isOf(node) && seen.confirmed();
        }
    }

    /** The block is to be claimed, if nobody has; then look again. */
    record Claim(Block block) implements Step {}

    /** This claim of ours overlaps another's and is to be taken back; then look again. */
    record TakeBack(Block block) implements Step {}

    /** There is no address. */
    record Refuse(IpamException.Kind kind, String reason) implements Step {}
}

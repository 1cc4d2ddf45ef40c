package dev.espalier.agent.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who has which address.
 *
 * @param state where it is kept
 * @param pools the pools of the configuration
 * @param blocks what was cut from them, on all nodes
 * @param findings what is wrong, a sentence each; empty when all is well
 */
public record IpamView(String state, List<Pool> pools, List<Block> blocks, List<String> findings) {

    /**
     * A pool.
     *
     * @param name of its IpPool
     * @param prefix its addresses
     * @param servesNode whether pods of this node get addresses of it
     * @param disabled whether nothing new may come from it
     * @param blocks how many blocks nodes have of it
     * @param used how many addresses are in use
     * @param resting how many rest before they are given again
     * @param addresses how many it has; the largest number there is where it has more
     */
    public record Pool(
            String name,
            String prefix,
            boolean servesNode,
            boolean disabled,
            int blocks,
            long used,
            long resting,
            long addresses) {}

    /**
     * A block.
     *
     * @param prefix its addresses
     * @param pool the pool that it was cut from
     * @param node whose it is; null when its node has gone
     * @param confirmed whether addresses of it may be given
     * @param resting how many addresses rest
     * @param allocations who has which address
     */
    public record Block(
            String prefix,
            String pool,
            @Nullable String node,
            boolean confirmed,
            int resting,
            List<Allocation> allocations) {}

    /**
     * An address that somebody has.
     *
     * @param address the address
     * @param handle for what: network, container and interface
     * @param owner what people call it
     * @param node where it is
     * @param since when it was given, as in RFC 3339
     */
    public record Allocation(String address, String handle, String owner, String node, String since) {}
}

package dev.espalier.ipam;

import dev.espalier.ipam.IpamException.Kind;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.stores.state.StateStore;
import dev.espalier.stores.state.StateStoreException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Gives addresses and takes them back: reads the blocks, chooses, writes, and begins again when somebody was faster. Any thread; calls
 * block as long as the store does.
 */
public final class Ipam {

    /** So often others may be faster before it is given up. */
    private static final int ATTEMPTS = 100;

    private final StateStore store;
    private final Clock clock;

    /** On a store that may be shared with other nodes. */
    public Ipam(StateStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /**
     * An address that was given.
     *
     * @param address the address
     * @param block the block it is from
     * @param borrowed whether that block is another node's
     */
    public record Assignment(IpAddress address, IpPrefix block, boolean borrowed) {}

    /** All blocks as they were read, with their versions. */
    private record View(List<Block> blocks, Map<IpPrefix, Long> versions) {}

    /**
     * Gives an address, the same as before if the handle has one.
     *
     * @throws IpamException when there is none
     * @throws StateStoreException when the store does not answer; then asking again with the same handle gives what may have been
     *     given
     */
    public Assignment assign(Request request) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            View view = read();
            switch (Choice.of(request, view.blocks(), clock.instant())) {
                case Step.Given given -> {
                    return assignment(given.address(), given.block(), request.node());
                }
                case Step.Give give -> {
                    if (write(give.next(), version(view, give.seen()))) {
                        return assignment(give.address(), give.next(), request.node());
                    }
                }
                case Step.Claim claim -> write(claim.block(), StateStore.ABSENT);
                case Step.TakeBack back -> remove(back.block(), version(view, back.block()));
                case Step.Refuse refuse -> throw new IpamException(refuse.kind(), refuse.reason());
            }
        }
        throw new IpamException(
                Kind.BUSY,
                "others changed the blocks " + ATTEMPTS + " times while an address for " + request.owner()
                        + " was looked for; try again");
    }

    private static Assignment assignment(IpAddress address, Block block, String node) {
        return new Assignment(address, block.prefix(), !block.isOf(node));
    }

    /**
     * Takes back all addresses of a handle; none is fine.
     *
     * @return how many it had
     */
    public int release(String handle) {
        return releaseAll(allocation -> allocation.handle().equals(handle));
    }

    /**
     * Takes back what a node has for nobody: allocations of this node whose handle is not among those that are known to live, older
     * than a grace in which their container may still be on its way.
     *
     * @return how many there were
     */
    public int releaseLeaked(String node, Predicate<String> lives, Duration grace) {
        Instant before = clock.instant().minus(grace);
        return releaseAll(allocation -> allocation.node().equals(node)
                && allocation.since().isBefore(before)
                && !lives.test(allocation.handle()));
    }

    private int releaseAll(Predicate<Allocation> gone) {
        int released = 0;
        for (Block block : read().blocks()) {
            if (block.used().values().stream().anyMatch(gone)) {
                released += update(block.prefix(), latest -> latest.without(gone, clock.instant()));
            }
        }
        return released;
    }

    /**
     * Gives back blocks that a node does not need: empty ones whose addresses have rested, except one for each pool that may still
     * give addresses. Those of others are left alone.
     *
     * @param mayGive whether a prefix belongs to a pool from which something new may come
     * @return the blocks given back
     */
    public List<IpPrefix> tidy(String node, Predicate<IpPrefix> mayGive, Duration cooldown) {
        View view = read();
        Instant rested = Block.rested(clock.instant(), cooldown);
        Map<String, Integer> kept = new HashMap<>();
        List<IpPrefix> given = new ArrayList<>();
        // The fullest first: it is the empty ones that are to go.
        List<Block> own = view.blocks().stream()
                .filter(block -> block.isOf(node))
                .sorted(Comparator.comparing((Block block) -> -block.used().size()))
                .toList();
        for (Block block : own) {
            boolean needed = mayGive.test(block.prefix()) && kept.merge(block.pool(), 1, Integer::sum) == 1;
            boolean free = block.isEmpty() && block.resting(rested) == 0;
            if (!needed && free && remove(block, version(view, block))) {
                given.add(block.prefix());
            }
        }
        return given;
    }

    /**
     * A node has gone for good: its addresses are taken back, its blocks given back, and those in which others have addresses are
     * left to whoever wants them.
     */
    public void forget(String node) {
        releaseAll(allocation -> allocation.node().equals(node));
        View view = read();
        for (Block block : view.blocks()) {
            if (block.isOf(node) && !(block.isEmpty() && remove(block, version(view, block)))) {
                update(block.prefix(), Block::abandoned);
            }
        }
    }

    /** All blocks, in the order of their prefixes. */
    public List<Block> blocks() {
        return read().blocks();
    }

    // ---- the store

    private View read() {
        List<Block> blocks = new ArrayList<>();
        Map<IpPrefix, Long> versions = new HashMap<>();
        for (StateStore.Document document : store.list(BlockDocument.KEYS)) {
            Block block = BlockDocument.read(document);
            blocks.add(block);
            versions.put(block.prefix(), document.version());
        }
        blocks.sort(Comparator.comparing(Block::prefix));
        return new View(blocks, versions);
    }

    private static long version(View view, Block block) {
        return view.versions().getOrDefault(block.prefix(), StateStore.ABSENT);
    }

    private boolean write(Block block, long expected) {
        return store.put(BlockDocument.key(block.prefix()), BlockDocument.write(block), expected) != StateStore.ABSENT;
    }

    private boolean remove(Block block, long expected) {
        return store.delete(BlockDocument.key(block.prefix()), expected);
    }

    /** Changes a block however often others change it meanwhile. Returns how many allocations fewer it has. */
    private int update(IpPrefix prefix, UnaryOperator<Block> change) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            StateStore.Document document = store.get(BlockDocument.key(prefix));
            if (document == null) {
                return 0;
            }
            Block seen = BlockDocument.read(document);
            Block next = change.apply(seen);
            if (next.equals(seen)) {
                return 0;
            }
            if (write(next, document.version())) {
                return seen.used().size() - next.used().size();
            }
        }
        throw new IpamException(Kind.BUSY, "others changed block " + prefix + " " + ATTEMPTS + " times; try again");
    }
}

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
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Gives addresses and takes them back: reads the blocks, chooses, writes, and begins again when somebody was faster. Any thread; calls
 * block as long as the store does.
 */
public final class Ipam {

    /** So often others may be faster before it is given up. */
    private static final int ATTEMPTS = 100;

    private final StateStore store;
    private final Clock clock;

    /** The blocks as they were last seen; null when it is not certain that this is all of this node. */
    private @Nullable BlockView remembered;

    /** What was read last: blocks whose documents are still the same are not parsed again. */
    private volatile BlockView latest = BlockView.NONE;

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

    /**
     * Gives an address, the same as before if the handle has one. Requests of this node wait for each other: they would only be in
     * each other's way.
     *
     * <p>The first look is at the blocks as they were when they were last read or written here. That is enough to see that a handle of
     * this node has nothing yet, since nobody else gives it anything, and to give an address of a block of ours, which fails if
     * anybody changed the block since. For all else they are read anew.
     *
     * @throws IpamException when there is none
     * @throws StateStoreException when the store does not answer; then asking again with the same handle gives what may have been
     *     given
     */
    public synchronized Assignment assign(Request request) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            BlockView view = remembered != null ? remembered : read();
            boolean fresh = remembered == null;
            remembered = null; // until it is known how this went
            switch (Choice.of(request, view.of(request.family()), clock.instant())) {
                case Step.Given given
                when fresh -> {
                    remembered = view;
                    return assignment(given.address(), given.block(), request.node());
                }
                case Step.Give give
                when fresh || give.isFromOwnBlock(request.node()) -> {
                    long version = write(give.next(), view.version(give.seen()));
                    if (version != StateStore.ABSENT) {
                        remembered = view.with(give.next(), version);
                        return assignment(give.address(), give.next(), request.node());
                    }
                }
                case Step.Claim claim when fresh -> write(claim.block(), StateStore.ABSENT);
                case Step.TakeBack back when fresh -> remove(back.block(), view.version(back.block()));
                case Step.Refuse refuse when fresh -> throw new IpamException(refuse.kind(), refuse.reason());
                default -> {} // look again
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
     * Takes back all addresses that a node has for a handle; none is fine.
     *
     * @return how many it had
     */
    public synchronized int release(String node, String handle) {
        return releaseAll(allocation ->
                allocation.handle().equals(handle) && allocation.node().equals(node));
    }

    /**
     * Takes back what a node has for nobody: allocations of this node whose handle is not among those that are known to live, older
     * than a grace in which their container may still be on its way.
     *
     * @return how many there were
     */
    public synchronized int releaseLeaked(String node, Predicate<String> lives, Duration grace) {
        Instant before = clock.instant().minus(grace);
        return releaseAll(allocation -> allocation.node().equals(node)
                && allocation.since().isBefore(before)
                && !lives.test(allocation.handle()));
    }

    /** Begins with reading the blocks anew: another daemon, or a person, may have given what is to be taken back. */
    private synchronized int releaseAll(Predicate<Allocation> gone) {
        remembered = null;
        int released = 0;
        int missed = 0;
        while (missed < ATTEMPTS) {
            BlockView view = known();
            Block block = view.first(gone);
            if (block == null) {
                return released;
            }
            remembered = null; // until it is known how this went
            Block next = block.without(gone, clock.instant());
            long version = write(next, view.version(block));
            if (version == StateStore.ABSENT) {
                missed++;
            } else {
                remembered = view.with(next, version);
                released += block.used().size() - next.used().size();
            }
        }
        throw new IpamException(
                Kind.BUSY,
                "others changed the blocks " + ATTEMPTS + " times while addresses were taken back; try again");
    }

    /**
     * Gives back blocks that a node does not need: empty ones whose addresses have rested, except one for each pool that may still
     * give addresses. Those of others are left alone.
     *
     * @param poolOf the pool that a prefix belongs to; null where there is none any more
     * @return the blocks given back
     */
    public synchronized List<IpPrefix> tidy(String node, Function<IpPrefix, @Nullable Pool> poolOf) {
        BlockView view = known();
        remembered = null; // until it is known how this went
        Set<String> served = new HashSet<>();
        List<IpPrefix> given = new ArrayList<>();
        // The fullest first: it is the empty ones that are to go.
        List<Block> own = view.blocks().stream()
                .filter(block -> block.isOf(node))
                .sorted(Comparator.comparing((Block block) -> -block.used().size()))
                .toList();
        for (Block block : own) {
            Pool pool = poolOf.apply(block.prefix());
            boolean needed = pool != null && !pool.disabled() && served.add(pool.name());
            Duration cooldown = pool == null ? Duration.ZERO : pool.cooldown();
            boolean free = block.isEmpty() && block.restingAfter(Block.rested(clock.instant(), cooldown)) == 0;
            if (!needed && free && remove(block, view.version(block))) {
                given.add(block.prefix());
                view = view.without(block);
            }
        }
        remembered = view;
        return given;
    }

    /**
     * A node has gone for good: its addresses are taken back, its blocks given back, and those in which others have addresses are
     * left to whoever wants them.
     */
    public synchronized void forget(String node) {
        releaseAll(allocation -> allocation.node().equals(node));
        remembered = null;
        BlockView view = read();
        for (Block block : view.blocks()) {
            if (block.isOf(node) && !(block.isEmpty() && remove(block, view.version(block)))) {
                update(block.prefix(), Block::abandoned);
            }
        }
    }

    /**
     * All blocks as they were when they were last read or written here, or read now where that is not certain: what this node has is
     * right in them.
     */
    public synchronized List<Block> knownBlocks() {
        return known().blocks();
    }

    /** All blocks, in the order of their prefixes, read anew. Waits for the store, but for nobody who is given an address. */
    public List<Block> blocks() {
        return read().blocks();
    }

    // ---- the store

    private synchronized BlockView known() {
        BlockView view = remembered == null ? read() : remembered;
        remembered = view;
        return view;
    }

    private BlockView read() {
        BlockView view = latest.next(store.list(BlockDocument.KEYS));
        latest = view;
        return view;
    }

    /** Returns the new version, or {@link StateStore#ABSENT} when somebody was faster. */
    private long write(Block block, long expected) {
        return store.put(BlockDocument.key(block.prefix()), BlockDocument.write(block), expected);
    }

    private boolean remove(Block block, long expected) {
        return store.delete(BlockDocument.key(block.prefix()), expected);
    }

    /** Changes a block however often others change it meanwhile. */
    private void update(IpPrefix prefix, UnaryOperator<Block> change) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            StateStore.Document document = store.get(BlockDocument.key(prefix));
            if (document == null
                    || write(change.apply(BlockDocument.read(document)), document.version()) != StateStore.ABSENT) {
                return;
            }
        }
        throw new IpamException(Kind.BUSY, "others changed block " + prefix + " " + ATTEMPTS + " times; try again");
    }
}

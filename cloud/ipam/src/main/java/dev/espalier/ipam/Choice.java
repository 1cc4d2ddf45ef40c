package dev.espalier.ipam;

import dev.espalier.ipam.IpamException.Kind;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which address a request gets: from all blocks as they were read to the next thing to do. Pure, and the same for the same input.
 *
 * <p>In this order: what the handle has already; a free address in a block of the node; a new block, looked for from a place that
 * depends on the node's name, so that nodes which start together seldom want the same; a block that its owner has left; and unless
 * the pool is strict, a single address out of somebody else's block.
 *
 * <p><b>Overlap.</b> Blocks of one pool may differ in length, since the length can be changed for new blocks, so two nodes may claim
 * different documents for the same addresses. Therefore a claim counts only once its node has read all blocks after writing it and
 * found none that overlaps; until then no address of it is given, and whoever finds an overlap takes its own claim back. If both
 * find it, both do, and try again elsewhere. Of two that overlap at least the later writer sees the other, so never are both
 * confirmed.
 */
final class Choice {

    private final Request request;
    private final List<Block> blocks;
    private final Instant now;
    private final Predicate<IpAddress> usable;

    private Choice(Request request, List<Block> blocks, Instant now) {
        this.request = request;
        this.blocks = blocks;
        this.now = now;
        this.usable = address -> !request.reserved().test(address);
    }

    /**
     * What to do next.
     *
     * @param blocks all there are of the family, of other pools too, in the order of their prefixes
     */
    static Step of(Request request, List<Block> blocks, Instant now) {
        return new Choice(request, blocks, now).next();
    }

    private Step next() {
        if (request.pools().isEmpty()) {
            return new Step.Refuse(Kind.NO_POOL, "no pool serves " + request.owner() + " on node " + request.node());
        }
        for (Block block : blocks) {
            int ordinal = block.ordinalOf(request.node(), request.handle());
            if (ordinal >= 0) {
                return given(block, block.address(ordinal));
            }
            if (block.isOf(request.node()) && !block.confirmed() && overlapsAnother(block)) {
                return new Step.TakeBack(block);
            }
        }
        IpAddress wanted = request.wanted();
        return wanted != null ? exactly(wanted) : any();
    }

    private Step given(Block block, IpAddress address) {
        IpAddress wanted = request.wanted();
        return wanted == null || wanted.equals(address)
                ? new Step.Given(address, block)
                : new Step.Refuse(
                        Kind.ADDRESS_REFUSED,
                        request.handle() + " asks for " + wanted + " and has " + address + " already");
    }

    private boolean overlapsAnother(Block block) {
        return blocks.stream()
                .anyMatch(other ->
                        !other.prefix().equals(block.prefix()) && Subnets.overlap(other.prefix(), block.prefix()));
    }

    // ---- any address

    private Step any() {
        for (Pool pool : enabled()) {
            for (Block block : blocks) {
                Step step = belongs(block, pool) && block.isOf(request.node()) ? give(pool, block, block) : null;
                if (step != null) {
                    return step;
                }
            }
        }
        for (Pool pool : enabled()) {
            IpPrefix free = freeBlock(pool);
            if (free != null) {
                return new Step.Claim(Block.claimed(free, pool.name(), request.node()));
            }
        }
        for (Pool pool : enabled()) {
            for (Block block : blocks) {
                Step step = belongs(block, pool) && block.node() == null
                        ? give(pool, block, block.takenBy(request.node()))
                        : null;
                if (step != null) {
                    return step;
                }
            }
        }
        return borrow();
    }

    private Step borrow() {
        for (Pool pool : enabled()) {
            for (Block block : blocks) {
                boolean another = block.node() != null && !block.isOf(request.node()) && block.confirmed();
                Step step = !pool.strict() && another && belongs(block, pool) ? give(pool, block, block) : null;
                if (step != null) {
                    return step;
                }
            }
        }
        return exhausted();
    }

    private List<Pool> enabled() {
        return request.pools().stream().filter(pool -> !pool.disabled()).toList();
    }

    /** By the addresses, not by the name: a pool that was renamed has its blocks still. */
    private static boolean belongs(Block block, Pool pool) {
        return pool.prefix().covers(block.prefix());
    }

    private Instant rested(Pool pool) {
        return Block.rested(now, pool.cooldown());
    }

    private @Nullable Step give(Pool pool, Block seen, Block owned) {
        int ordinal = seen.next(rested(pool), usable);
        return ordinal < 0 ? null : give(seen, owned, ordinal);
    }

    private Step give(Block seen, Block owned, int ordinal) {
        Allocation allocation = new Allocation(request.handle(), request.node(), request.owner(), now);
        return new Step.Give(seen.address(ordinal), seen, owned.with(ordinal, allocation));
    }

    /**
     * The first part of the pool that overlaps no block, from the node's place on; a smaller one where none of the wanted length is
     * left, as in a pool that grew by less than a block, or whose blocks had another length once.
     */
    private @Nullable IpPrefix freeBlock(Pool pool) {
        List<IpPrefix> taken = blocks.stream()
                .map(Block::prefix)
                .filter(prefix -> Subnets.overlap(prefix, pool.prefix()))
                .toList();
        if (Subnets.fill(pool.prefix(), taken)) {
            return null;
        }
        for (int length = pool.blockLength(); length <= pool.family().bits(); length++) {
            IpPrefix free = freeBlock(pool, length, taken);
            if (free != null) {
                return free;
            }
        }
        return null;
    }

    private @Nullable IpPrefix freeBlock(Pool pool, int length, List<IpPrefix> taken) {
        int count = Subnets.count(pool.prefix(), length);
        int start = Integer.remainderUnsigned(fnv1a(request.node()), count);
        for (int i = 0; i < count; i++) {
            IpPrefix candidate = Subnets.nth(pool.prefix(), length, (start + i) % count);
            if (taken.stream().noneMatch(prefix -> Subnets.overlap(prefix, candidate)) && hasUsable(candidate)) {
                return candidate;
            }
        }
        return null;
    }

    private boolean hasUsable(IpPrefix candidate) {
        return Block.claimed(candidate, "", "").next(now, usable) >= 0;
    }

    /** Fowler, Noll and Vo's hash, 32 bits: short, and the same on every machine. */
    private static int fnv1a(String text) {
        int hash = 0x811C9DC5;
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ octet & 0xFF) * 0x01000193;
        }
        return hash;
    }

    private Step exhausted() {
        List<String> pools = new ArrayList<>();
        for (Pool pool : request.pools()) {
            pools.add(state(pool));
        }
        return new Step.Refuse(
                Kind.EXHAUSTED, "no address is free for " + request.owner() + ": " + String.join("; ", pools));
    }

    private String state(Pool pool) {
        if (pool.disabled()) {
            return "pool " + pool.name() + " (" + pool.prefix() + ") is disabled";
        }
        int used = 0;
        int resting = 0;
        int count = 0;
        for (Block block : blocks) {
            if (belongs(block, pool)) {
                count++;
                used += block.used().size();
                resting += block.restingAfter(rested(pool));
            }
        }
        return "pool " + pool.name() + " (" + pool.prefix() + ") has " + used + " in use and " + resting
                + " at rest in " + count + (count == 1 ? " block" : " blocks")
                + (pool.strict() ? ", and other nodes' blocks may not be used (strict)" : "");
    }

    // ---- one address

    private Step exactly(IpAddress wanted) {
        Pool pool = request.pools().stream()
                .filter(candidate -> candidate.prefix().contains(wanted))
                .findFirst()
                .orElse(null);
        if (pool == null) {
            return refuse(wanted, "it is in no pool that serves " + request.owner());
        }
        if (pool.disabled()) {
            return refuse(wanted, "pool " + pool.name() + " is disabled");
        }
        if (!usable.test(wanted)) {
            return refuse(wanted, "it is reserved");
        }
        for (Block block : blocks) {
            if (block.prefix().contains(wanted)) {
                return outOf(block, wanted, pool);
            }
        }
        return new Step.Claim(Block.claimed(IpPrefix.of(wanted, pool.blockLength()), pool.name(), request.node()));
    }

    private Step outOf(Block block, IpAddress wanted, Pool pool) {
        int ordinal = Subnets.number(block.prefix(), wanted.family().bits(), wanted);
        Allocation holder = block.used().get(ordinal);
        if (holder != null) {
            return refuse(wanted, holder.owner() + " on node " + holder.node() + " has it");
        }
        // One that still rests is given all the same: whoever asks for it knows what for.
        if (block.node() == null) {
            return give(block, block.takenBy(request.node()), ordinal);
        }
        if (!block.isOf(request.node()) && (pool.strict() || !block.confirmed())) {
            return refuse(
                    wanted,
                    "it is in block " + block.prefix() + " of node " + Objects.requireNonNull(block.node())
                            + (pool.strict() ? ", and the pool is strict" : ", which is only being claimed"));
        }
        return give(block, block, ordinal);
    }

    private static Step refuse(IpAddress wanted, String why) {
        return new Step.Refuse(Kind.ADDRESS_REFUSED, wanted + " cannot be given: " + why);
    }
}

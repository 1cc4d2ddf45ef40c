package dev.espalier.routing;

import dev.espalier.route.Fib;
import dev.espalier.route.RoutingInstance;

/** A batch being filled or under way, with the numbers of the prefixes that its route changes are about. */
final class SentBatch {

    private final Fib.Batch batch;
    private final int[] prefixes = new int[Fib.Batch.CAPACITY];

    SentBatch(RoutingInstance instance) {
        this.batch = new Fib.Batch(instance);
    }

    Fib.Batch batch() {
        return batch;
    }

    /** How many changes still fit. */
    int room() {
        return Fib.Batch.CAPACITY - batch.size();
    }

    /** The number of the prefix of route change {@code i}. */
    int prefix(int i) {
        return prefixes[i];
    }

    /** Gives a group the contents that its owner resolves to; does nothing without an owner. */
    void putGroup(KernelGroup group) {
        NextHopGroup owner = group.owner;
        if (owner == null) {
            return;
        }
        group.membersBefore = group.members;
        group.members = owner.wanted();
        group.inFlight = true;
        batch.putGroup(group.family, group.number, group.members);
    }

    void dropGroup(KernelGroup group) {
        group.inFlight = true;
        group.dropping = true;
        batch.dropGroup(group.family, group.number);
    }

    /** A route comes, changes its group, or goes. */
    void route(Fib.Batch.Change change, KernelRows rows, int id, int group) {
        prefixes[batch.size()] = id;
        rows.sent(id);
        batch.route(
                change, rows.family, rows.prefixes.high(id), rows.prefixes.low(id), rows.prefixes.length(id), group);
    }
}

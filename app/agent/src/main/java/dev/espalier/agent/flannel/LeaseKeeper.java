package dev.espalier.agent.flannel;

import dev.espalier.flannel.LeaseEffect;
import dev.espalier.flannel.LeaseEvent;
import dev.espalier.flannel.LeaseFsm;
import dev.espalier.flannel.LeaseState;
import dev.espalier.flannel.Network;
import dev.espalier.flannel.SubnetKey;
import dev.espalier.route.Event;
import dev.espalier.stores.etcd.EtcdKeys;
import dev.espalier.stores.state.StateStoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Plays {@link LeaseFsm} over a real etcd: carries out what it says, and tells it how that went. One thread, which may block.
 */
final class LeaseKeeper {

    private final EtcdKeys keys;
    private final LeaseFsm machine;
    private final Consumer<LeaseEffect.Tell> teller;
    private volatile LeaseState state;
    private volatile @Nullable Network network;

    /** The lease with which the subnet was last written; {@link EtcdKeys#FOREVER} for none of ours. */
    private long lease = EtcdKeys.FOREVER;

    LeaseKeeper(EtcdKeys keys, LeaseFsm machine, LeaseState start, Consumer<LeaseEffect.Tell> teller) {
        this.keys = keys;
        this.machine = machine;
        this.state = start;
        this.teller = teller;
    }

    /** Any thread. */
    LeaseState state() {
        return state;
    }

    /** What etcd had when it was seen last; null when it has not been seen. Any thread. */
    @Nullable
    Network network() {
        return network;
    }

    /** Takes what a watch tells. */
    void seen(EtcdKeys.Contents contents) {
        Network now = network(contents);
        network = now;
        play(new LeaseEvent.Seen(now));
    }

    /** Does what is due by now. */
    void passTime() {
        if (nanosUntilDue() <= 0) {
            play(new LeaseEvent.Due());
        }
    }

    /** How long until {@link #passTime} has something to do. */
    long nanosUntilDue() {
        long due = state.due();
        return due == LeaseState.NEVER ? LeaseState.NEVER : due - System.nanoTime();
    }

    private static Network network(EtcdKeys.Contents contents) {
        List<Network.Entry> entries = new ArrayList<>();
        contents.entries()
                .values()
                .forEach(entry -> entries.add(new Network.Entry(
                        entry.key(), entry.value(), entry.revision(), entry.lease() != EtcdKeys.FOREVER)));
        return Network.of(entries, contents.revision());
    }

    private void play(LeaseEvent first) {
        LeaseEvent event = first;
        while (event != null) {
            LeaseFsm.Step step = machine.next(state, event, System.nanoTime());
            state = step.state();
            event = null;
            for (LeaseEffect effect : step.effects()) {
                event = carryOut(effect);
            }
        }
    }

    private @Nullable LeaseEvent carryOut(LeaseEffect effect) {
        try {
            return switch (effect) {
                case LeaseEffect.Write write -> write(write);
                case LeaseEffect.Remove remove -> {
                    keys.delete(key(remove.subnet()), remove.expected());
                    yield null;
                }
                case LeaseEffect.Look _ -> {
                    Network now = network(keys.list(""));
                    network = now;
                    yield new LeaseEvent.Seen(now);
                }
                case LeaseEffect.Tell tell -> {
                    teller.accept(tell);
                    yield null;
                }
            };
        } catch (StateStoreException refused) {
            return new LeaseEvent.Failed(String.valueOf(refused.getMessage()));
        }
    }

    private static String key(SubnetKey subnet) {
        return Network.SUBNETS + subnet.text();
    }

    private LeaseEvent write(LeaseEffect.Write write) {
        long asked = System.nanoTime(); // before etcd begins to count
        EtcdKeys.Lease granted = write.leased() ? keys.grant(LeaseFsm.LEASE) : null;
        long id = granted == null ? EtcdKeys.FOREVER : granted.id();
        long revision = keys.put(key(write.subnet()), write.value(), write.expected(), id);
        if (revision == EtcdKeys.ABSENT) {
            endQuietly(id);
            return new LeaseEvent.Outrun();
        }
        endQuietly(lease); // the key has left it
        lease = id;
        return new LeaseEvent.Written(
                revision,
                granted == null ? LeaseState.NEVER : asked + granted.ttl().toNanos());
    }

    private void endQuietly(long ended) {
        try {
            if (ended != EtcdKeys.FOREVER) {
                keys.revoke(ended);
            }
        } catch (StateStoreException silent) {
            // it has no keys, and ends by itself
        }
    }

    static Event.Severity severity(LeaseEffect.Weight weight) {
        return switch (weight) {
            case INFO -> Event.Severity.INFO;
            case WARNING -> Event.Severity.WARNING;
            case ERROR -> Event.Severity.ERROR;
        };
    }
}

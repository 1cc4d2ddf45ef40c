package dev.espalier.flannel;

import dev.espalier.flannel.LeaseEffect.Tell;
import dev.espalier.flannel.LeaseEffect.Weight;
import dev.espalier.flannel.LeaseState.Claiming;
import dev.espalier.flannel.LeaseState.Held;
import dev.espalier.flannel.LeaseState.Obstacle;
import dev.espalier.flannel.LeaseState.Seeking;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * How a node comes to a subnet and keeps it: {@code (state, event, now) -> effects}.
 *
 * <p>As flannel does, it takes what is kept under the node's address, renews it an hour before it ends by writing it with a new lease, and
 * lets it end by itself when the node goes. Unlike flannel it does not end with a lease that is lost: it takes the same subnet again
 * while nobody else has it, and another one otherwise, and says so. What an operator reserved (a key without a lease) is used by the
 * node whose address it names and stays without one; the others keep away.
 *
 * <p>The network's document counts as it was when the subnet was taken; a change is told, and counts from the next start, because
 * the pods that run have addresses by the old one.
 */
public final class LeaseFsm {

    /** For how long a subnet is taken. */
    public static final Duration LEASE = Duration.ofHours(24);

    /** So long before its end it is renewed. */
    public static final Duration MARGIN = Duration.ofMinutes(60);

    private static final int MOST_LOSSES = 10;
    private static final long AFTER_LOSSES = Duration.ofSeconds(5).toNanos();
    private static final long AFTER_FAILURE = Duration.ofSeconds(2).toNanos();
    private static final long BETWEEN_RENEWALS = Duration.ofSeconds(30).toNanos();

    private final LeaseAttributes us;
    private final RandomGenerator random;

    /**
     * For a node.
     *
     * @param us what its key shall say
     * @param random decides between subnets that are equally good
     */
    public LeaseFsm(LeaseAttributes us, RandomGenerator random) {
        this.us = us;
        this.random = random;
    }

    /**
     * Where a node stands that has just started.
     *
     * @param had the subnet it had before; null when that is not known
     */
    public static LeaseState start(@Nullable SubnetKey had) {
        return new Seeking(Obstacle.NOT_READ, "", had, 0, LeaseState.NEVER);
    }

    /** What follows from an event: the next state, and what is to be done. */
    public record Step(LeaseState state, List<LeaseEffect> effects) {
        /** Keeps a copy. */
        public Step {
            effects = List.copyOf(effects);
        }

        private static Step of(LeaseState state, LeaseEffect... effects) {
            return new Step(state, List.of(effects));
        }
    }

    /**
     * What an event does.
     *
     * @param now in nanoseconds of a clock that does not go back
     */
    public Step next(LeaseState state, LeaseEvent event, long now) {
        return switch (state) {
            case Seeking seeking -> seeking(seeking, event, now);
            case Claiming claiming -> claiming(claiming, event, now);
            case Held held -> held(held, event, now);
        };
    }

    private Step seeking(Seeking state, LeaseEvent event, long now) {
        return switch (event) {
            case LeaseEvent.Seen(Network network) -> claim(state, network);
            case LeaseEvent.Due _ ->
                Step.of(
                        new Seeking(state.obstacle(), state.detail(), state.had(), state.losses(), LeaseState.NEVER),
                        new LeaseEffect.Look());
            case LeaseEvent.Failed(String why) -> failed(state, why, now);
            case LeaseEvent.Written _, LeaseEvent.Outrun _ -> Step.of(state);
        };
    }

    private static Step failed(Seeking before, String why, long now) {
        Seeking after = new Seeking(Obstacle.ETCD, why, before.had(), 0, now + AFTER_FAILURE);
        return told(before, after, Weight.WARNING);
    }

    /** Asks for a subnet, or says why not. */
    private Step claim(Seeking state, Network network) {
        String document = network.config();
        if (document == null) {
            return obstructed(state, Obstacle.NO_CONFIG, "");
        }
        NetworkConfig config;
        try {
            config = NetworkConfig.parse(document);
        } catch (FlannelFormatException senseless) {
            return obstructed(state, Obstacle.BAD_CONFIG, String.valueOf(senseless.getMessage()));
        }
        if (!config.backend().equals(NetworkConfig.HOST_GW)) {
            return obstructed(state, Obstacle.OTHER_BACKEND, config.backend());
        }
        if (config.ipv6() != null && us.publicIpv6() == null) {
            return obstructed(state, Obstacle.NO_IPV6, "");
        }
        Optional<Network.Lease> own = SubnetChoice.own(network, config, us, state.had());
        if (own.isPresent()) {
            return claimOwn(state, config, document, own.get());
        }
        return SubnetChoice.free(network, config, state.had(), random)
                .map(subnet -> claimFree(state, network, config, document, subnet))
                .orElseGet(() -> obstructed(state, Obstacle.NO_SUBNET, ""));
    }

    private static Step obstructed(Seeking before, Obstacle obstacle, String detail) {
        Seeking after = new Seeking(obstacle, detail, before.had(), before.losses(), LeaseState.NEVER);
        return told(before, after, Weight.ERROR);
    }

    /** Says why there is no subnet, unless that is what was said before. */
    private static Step told(Seeking before, Seeking after, Weight weight) {
        return before.because().equals(after.because())
                ? Step.of(after)
                : Step.of(after, new Tell(weight, "flannel.lease.none", "no subnet: " + after.because()));
    }

    private Step claimOwn(Seeking state, NetworkConfig config, String document, Network.Lease own) {
        Claiming claiming = new Claiming(config, document, own.subnet(), own.reserved(), state);
        return own.reserved() && own.value().equals(us.json())
                ? taken(claiming, own.revision(), LeaseState.NEVER) // there is nothing to write
                : Step.of(claiming, new LeaseEffect.Write(own.subnet(), us.json(), own.revision(), !own.reserved()));
    }

    private Step claimFree(Seeking state, Network network, NetworkConfig config, String document, SubnetKey subnet) {
        List<LeaseEffect> effects = new ArrayList<>();
        for (Network.Lease lease : network.leases()) {
            // Whatever is kept under our address is none that the network gives; a reservation is its operator's.
            if (lease.attributes().publicIp().equals(us.publicIp()) && !lease.reserved()) {
                effects.add(new Tell(
                        Weight.WARNING,
                        "flannel.lease.unfit",
                        "the lease of " + lease.subnet()
                                + " is given back: the network gives no such subnet any more"));
                effects.add(new LeaseEffect.Remove(lease.subnet(), lease.revision()));
            }
        }
        effects.add(new LeaseEffect.Write(subnet, us.json(), 0, true));
        return new Step(new Claiming(config, document, subnet, false, state), effects);
    }

    private Step claiming(Claiming state, LeaseEvent event, long now) {
        return switch (event) {
            case LeaseEvent.Written(long revision, long expires) -> taken(state, revision, expires);
            case LeaseEvent.Outrun _ -> outrun(state.before(), now);
            case LeaseEvent.Failed(String why) -> failed(state.before(), why, now);
            case LeaseEvent.Seen _, LeaseEvent.Due _ -> Step.of(state);
        };
    }

    private static Step outrun(Seeking before, long now) {
        int losses = before.losses() + 1;
        return losses < MOST_LOSSES
                ? Step.of(
                        new Seeking(Obstacle.RACE, "", before.had(), losses, LeaseState.NEVER), new LeaseEffect.Look())
                : Step.of(new Seeking(Obstacle.RACE, "", before.had(), 0, now + AFTER_LOSSES));
    }

    private static Step taken(Claiming claim, long revision, long expires) {
        SubnetKey subnet = claim.subnet();
        SubnetKey had = claim.before().had();
        boolean moved = had != null && !had.equals(subnet);
        String message = "the node's subnet is " + subnet + (claim.reserved() ? ", which is reserved for it" : "")
                + (moved
                        ? "; it was " + had + ": pods with addresses of that are not reached until they are made anew"
                        : "");
        return Step.of(
                new Held(
                        claim.config(),
                        claim.document(),
                        subnet,
                        revision,
                        claim.reserved(),
                        expires,
                        renewal(expires),
                        false),
                new Tell(moved ? Weight.WARNING : Weight.INFO, "flannel.lease.held", message));
    }

    private static long renewal(long expires) {
        return expires == LeaseState.NEVER ? LeaseState.NEVER : expires - MARGIN.toNanos();
    }

    private Step held(Held state, LeaseEvent event, long now) {
        return switch (event) {
            case LeaseEvent.Seen(Network network) ->
                network.revision() < state.revision() ? Step.of(state) : compare(state, network, now);
            case LeaseEvent.Due _ ->
                state.reserved()
                        ? Step.of(state)
                        : Step.of(state, new LeaseEffect.Write(state.subnet(), us.json(), state.revision(), true));
            case LeaseEvent.Written(long revision, long expires) ->
                Step.of(
                        new Held(
                                state.config(),
                                state.document(),
                                state.subnet(),
                                revision,
                                false,
                                expires,
                                renewal(expires),
                                false),
                        new Tell(
                                Weight.INFO,
                                "flannel.lease.renewed",
                                "the lease of " + state.subnet() + " is renewed"));
            case LeaseEvent.Outrun _ -> Step.of(later(state, now), new LeaseEffect.Look());
            case LeaseEvent.Failed(String why) -> notRenewed(state, why, now);
        };
    }

    private static Held later(Held state, long now) {
        return state.due() > now ? state : state.dueAt(now + BETWEEN_RENEWALS);
    }

    private static Step notRenewed(Held state, String why, long now) {
        Held next = later(state, now);
        if (now < state.expires() || state.overdue()) {
            return Step.of(next);
        }
        return Step.of(
                next.saidOverdue(),
                new Tell(
                        Weight.WARNING,
                        "flannel.lease.overdue",
                        "the lease of " + state.subnet() + " has ended because etcd could not be asked to renew it ("
                                + why + "); the subnet is used all the same, and taken again when etcd answers"));
    }

    /** Compares what we hold with what etcd has. */
    private Step compare(Held state, Network network, long now) {
        List<LeaseEffect> effects = new ArrayList<>();
        String document = network.config();
        if (document != null && !document.equals(state.document())) {
            effects.add(new Tell(
                    Weight.WARNING,
                    "flannel.config.changed",
                    "the network's document has changed; it counts when the daemon is started again"));
        }
        Network.Lease lease = network.lease(state.subnet()).orElse(null);
        if (lease != null && lease.attributes().publicIp().equals(us.publicIp())) {
            return new Step(state.asSeen(document, lease, now), effects);
        }
        effects.add(
                lease == null
                        ? new Tell(
                                Weight.WARNING,
                                "flannel.lease.lost",
                                "the lease of " + state.subnet()
                                        + " is gone from etcd; the same subnet is taken again unless"
                                        + " somebody has it")
                        : new Tell(
                                Weight.ERROR,
                                "flannel.lease.conflict",
                                state.subnet() + " is now kept for node "
                                        + lease.attributes().publicIp()
                                        + "; another subnet is taken, and pods have to be made anew"));
        Step again = claim(new Seeking(Obstacle.NOT_READ, "", state.subnet(), 0, LeaseState.NEVER), network);
        effects.addAll(again.effects());
        return new Step(again.state(), effects);
    }
}

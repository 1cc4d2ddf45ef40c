package dev.espalier.agent.flannel;

import dev.espalier.agent.api.FlannelView;
import dev.espalier.agent.etcd.EtcdAccess;
import dev.espalier.flannel.HostGateway;
import dev.espalier.flannel.LeaseAttributes;
import dev.espalier.flannel.LeaseFsm;
import dev.espalier.flannel.LeaseState;
import dev.espalier.flannel.Network;
import dev.espalier.flannel.NetworkConfig;
import dev.espalier.flannel.SubnetEnv;
import dev.espalier.flannel.SubnetKey;
import dev.espalier.objects.plan.EtcdAddress;
import dev.espalier.objects.plan.FlannelPlan;
import dev.espalier.route.Event;
import dev.espalier.route.EventSink;
import dev.espalier.route.RoutingInstance;
import dev.espalier.stores.etcd.EtcdKeys;
import dev.espalier.stores.etcd.EtcdWatch;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * This node as a member of a flannel network, while it is one. A virtual thread of its own keeps the lease, the routes and the file;
 * the watch and whoever else has news only ring for it.
 */
final class FlannelMember implements EtcdWatch.Observer, AutoCloseable {

    /** How often everything is looked at although nobody rang: the file may have been removed, an address may have come. */
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final FlannelPlan plan;
    private final HostNetworks host;
    private final FlannelRoutes routes;
    private final EventSink events;
    private final Clock clock;
    private final EtcdKeys keys;
    private final LeaseKeeper keeper;
    private final SubnetFile file;
    private final Thread thread;
    private final BlockingQueue<Boolean> bell = new ArrayBlockingQueue<>(1);
    private final AtomicReference<EtcdKeys.@Nullable Contents> fresh = new AtomicReference<>();
    private Set<String> complained = Set.of();
    private boolean fileRefused;
    private volatile boolean closed;
    private volatile @Nullable Away away;
    private volatile HostGateway programmed = HostGateway.NONE;

    /** Since when nobody answers, and why. */
    private record Away(Instant since, String why) {}

    private FlannelMember(
            FlannelPlan plan,
            HostNetworks host,
            FlannelRoutes routes,
            EventSink events,
            Clock clock,
            RandomGenerator random) {
        this.plan = plan;
        this.host = host;
        this.routes = routes;
        this.events = events;
        this.clock = clock;
        this.file = new SubnetFile(Path.of(plan.subnetFile()));
        this.keys = open(plan.etcd());
        LeaseAttributes us = new LeaseAttributes(plan.publicIp(), plan.publicIpv6(), NetworkConfig.HOST_GW);
        this.keeper = new LeaseKeeper(
                keys,
                new LeaseFsm(us, random),
                LeaseFsm.start(file.subnet().orElse(null)),
                tell -> tell(LeaseKeeper.severity(tell.weight()), tell.kind(), tell.message()));
        this.thread = Thread.ofVirtual().name("flannel").unstarted(this::run);
    }

    /** A prefix may be given with a slash at its end or, as flannel's users write it, without. */
    private static EtcdKeys open(EtcdAddress etcd) {
        String prefix = etcd.prefix().endsWith("/") ? etcd.prefix() : etcd.prefix() + "/";
        return new EtcdKeys(EtcdAccess.options(etcd, prefix));
    }

    /**
     * Enters the network, which goes on by itself.
     *
     * @throws dev.espalier.stores.state.StateStoreException naming the file of a certificate or key that cannot be used
     */
    static FlannelMember enter(
            FlannelPlan plan,
            HostNetworks host,
            FlannelRoutes routes,
            EventSink events,
            Clock clock,
            RandomGenerator random) {
        FlannelMember member = new FlannelMember(plan, host, routes, events, clock, random);
        member.thread.start();
        return member;
    }

    FlannelPlan plan() {
        return plan;
    }

    /** Has it look at everything soon. Any thread. */
    void ring() {
        bell.offer(true);
    }

    @Override
    public void changed(EtcdKeys.Contents contents) {
        Away over = away;
        if (over != null) {
            away = null;
            tell(
                    Event.Severity.INFO,
                    "flannel.etcd.back",
                    "etcd answers again, after "
                            + Duration.between(over.since, clock.instant()).toSeconds() + " s");
        }
        fresh.set(contents);
        ring();
    }

    @Override
    public void unreachable(String why) {
        away = new Away(clock.instant(), why);
        tell(
                Event.Severity.WARNING,
                "flannel.etcd.away",
                "etcd cannot be asked since " + clock.instant() + "; subnet and routes stay as they are: " + why);
    }

    private void run() {
        try (EtcdWatch _ = keys.watch("", this)) {
            keep();
        }
    }

    private void keep() {
        while (!closed) {
            long nanos = LOOK_NANOS;
            try {
                look();
                nanos = Math.min(nanos, keeper.nanosUntilDue());
            } catch (RuntimeException bug) {
                events.accept(Event.taskFailed(RoutingInstance.DEFAULT.name(), "flannel " + plan.name(), bug));
            }
            awaitBell(nanos);
        }
    }

    private void look() {
        EtcdKeys.Contents news = fresh.getAndSet(null);
        if (news != null) {
            keeper.seen(news);
        }
        keeper.passTime();
        program();
        publish();
    }

    private void awaitBell(long nanos) {
        try {
            bell.poll(Math.max(1, nanos), TimeUnit.NANOSECONDS);
        } catch (InterruptedException stopped) {
            closed = true; // only close() interrupts
        }
    }

    /** Brings the routes in line with what etcd has, once that is known. */
    private void program() {
        Network network = keeper.network();
        HostNetworks.Network link = host.of(plan.link()).orElse(null);
        if (network == null || link == null || closed) {
            return;
        }
        HostGateway wanted = HostGateway.of(network, subnet(), plan.publicIp(), link::has);
        try {
            routes.replaceBy(wanted.routes());
        } catch (IllegalStateException busy) {
            return; // the table's loop does not answer, or is being replaced; there is another look soon
        }
        programmed = wanted;
        complain(wanted.skipped());
    }

    /** Says what was not so before. */
    private void complain(List<HostGateway.Skipped> skipped) {
        Set<String> now = new HashSet<>();
        skipped.forEach(one -> now.add(one.toString()));
        for (String sentence : now) {
            if (!complained.contains(sentence)) {
                tell(Event.Severity.WARNING, "flannel.route.skipped", sentence);
            }
        }
        complained = now;
    }

    private @Nullable SubnetKey subnet() {
        return keeper.state() instanceof LeaseState.Held held ? held.subnet() : null;
    }

    /** Has the file say the subnet, while we have one. */
    private void publish() {
        HostNetworks.Network link = host.of(plan.link()).orElse(null);
        if (!(keeper.state() instanceof LeaseState.Held held) || link == null || closed) {
            return;
        }
        try {
            if (file.write(SubnetEnv.text(held.config(), held.subnet(), link.mtu(), plan.ipMasq()))) {
                tell(Event.Severity.INFO, "flannel.file.written", file + " says subnet " + held.subnet());
            }
            fileRefused = false;
        } catch (IOException refused) {
            if (!fileRefused) {
                fileRefused = true;
                tell(
                        Event.Severity.ERROR,
                        "flannel.file.failed",
                        file + " cannot be written (" + refused + "); the CNI plugin does not hear of subnet "
                                + held.subnet());
            }
        }
    }

    private void tell(Event.Severity severity, String kind, String message) {
        if (closed) {
            return; // what was under way failed because we stop
        }
        events.accept(new Event(severity, kind, RoutingInstance.DEFAULT.name(), plan.name(), message));
    }

    /** How things are, for people. Any thread. */
    FlannelView view() {
        LeaseState state = keeper.state();
        Away silence = away;
        HostGateway present = programmed;
        List<String> skipped =
                present.skipped().stream().map(HostGateway.Skipped::toString).toList();
        String until = null;
        String because = null;
        if (state instanceof LeaseState.Held held && !held.reserved()) {
            until = clock.instant()
                    .plusNanos(held.expires() - System.nanoTime())
                    .truncatedTo(java.time.temporal.ChronoUnit.SECONDS)
                    .toString();
        } else if (state instanceof LeaseState.Seeking seeking) {
            because = seeking.because();
        } else if (state instanceof LeaseState.Claiming claiming) {
            because = "etcd is being asked for " + claiming.subnet();
        }
        SubnetKey subnet = subnet();
        return new FlannelView(
                plan.name(),
                plan.link(),
                plan.publicIp().toString(),
                subnet == null ? null : subnet.toString(),
                until,
                because,
                silence == null ? null : silence.since.toString(),
                silence == null ? null : silence.why,
                present.routes().size(),
                skipped);
    }

    /** Goes no further. Lease, routes and file stay. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        keys.close();
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

package dev.espalier.agent;

import dev.espalier.linux.NetlinkException;
import dev.espalier.linux.NetlinkFib;
import dev.espalier.linux.NetworkNamespace;
import dev.espalier.linux.Tunnel;
import dev.espalier.linux.TunnelGuard;
import dev.espalier.linux.TunnelLinks;
import dev.espalier.net.IpAddress;
import dev.espalier.objects.plan.PodPlan;
import dev.espalier.route.EventSink;
import dev.espalier.route.Fib;
import dev.espalier.route.RoutingInstance;
import java.io.IOException;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The tunnels of this node: has the devices that the plan wants, and nothing of ours beside them. What does not succeed is said and
 * tried again with the next change of plan or of the host; meanwhile the routes that need it say that its link is not there. Any
 * thread calls it and waits; the work is done on one thread, which is there while there is some: never on a virtual one, whose
 * carrier a native call would hold.
 */
final class NodeTunnels implements Tunnels, AutoCloseable {

    private static final long IDLE_SECONDS = 5;

    private final ExecutorService thread = new ThreadPoolExecutor(
            0,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().name("tunnels").daemon().factory());
    private final NetworkNamespace host;
    private final NetlinkFib fib;
    private final EventSink events;
    private final TunnelGuard guard;
    private final Map<Tunnel.Kind, String> troubles = new HashMap<>();
    /** Told on another thread, which must not wait for this one. */
    private final AtomicReference<String> guardTrouble = new AtomicReference<>("");

    private PodPlan plan = PodPlan.NONE;
    /** Null before they are known: until then the devices keep what an earlier run gave them. */
    private @Nullable List<IpAddress> addresses;

    private @Nullable TunnelLinks links;

    /**
     * Touches nothing yet.
     *
     * @param host where the devices are
     * @param fib whose next hops say where the other ends are
     */
    NodeTunnels(NetworkNamespace host, NetlinkFib fib, EventSink events) {
        this.host = host;
        this.fib = fib;
        this.events = events;
        this.guard = new TunnelGuard(host, fib::tunnelEnds, this::guarded);
    }

    private void guarded(Optional<String> trouble) {
        String sentence = trouble.orElse("");
        if (!sentence.equals(guardTrouble.getAndSet(sentence)) && trouble.isPresent()) {
            events.warning(
                    "tunnel.guard",
                    RoutingInstance.DEFAULT,
                    "tunnels",
                    "packets of tunnels are accepted from anybody: " + sentence);
        }
    }

    private void await(Runnable work) {
        CompletableFuture.runAsync(work, thread).join();
    }

    @Override
    public void follow(PodPlan next) {
        await(() -> {
            plan = next;
            make();
        });
    }

    @Override
    public void drop() {
        await(() -> {
            Set<Tunnel.Kind> unwanted = EnumSet.allOf(Tunnel.Kind.class);
            plan.tunnels().forEach(tunnel -> unwanted.remove(kind(tunnel)));
            unwanted.forEach(this::remove);
        });
    }

    private void remove(Tunnel.Kind kind) {
        try {
            if (links().remove(kind)) {
                events.info(
                        "tunnel.removed",
                        RoutingInstance.DEFAULT,
                        kind.device(),
                        "no pool has packets travel through it any more");
            }
            troubles.remove(kind);
        } catch (NetlinkException refused) {
            trouble(kind, "it is not wanted any more and cannot be removed: " + refused.getMessage());
        }
    }

    @Override
    public void addresses(List<IpAddress> own) {
        await(() -> {
            if (!own.equals(addresses)) {
                addresses = List.copyOf(own);
                make();
            }
        });
    }

    private void make() {
        Map<Integer, Tunnel.Kind> there = new HashMap<>();
        for (PodPlan.Tunnel wanted : plan.tunnels()) {
            Tunnel.Kind kind = kind(wanted);
            try {
                TunnelLinks.Device device = links().make(new Tunnel(kind, wanted.local(), own(kind)));
                there.put(device.link(), kind);
                boolean mended = troubles.remove(kind) != null;
                if (device.made() || mended) {
                    events.info(
                            "tunnel.made",
                            RoutingInstance.DEFAULT,
                            kind.device(),
                            "from " + wanted.local() + ", for packets of up to " + device.mtu() + " octets");
                }
            } catch (TunnelLinks.TunnelException | NetlinkException | IOException refused) {
                trouble(kind, String.valueOf(refused.getMessage()));
            }
        }
        try {
            fib.tunnels(there, guard::nodesChanged);
        } catch (Fib.FibException refused) {
            events.error("tunnel.ends", RoutingInstance.DEFAULT, "tunnels", String.valueOf(refused.getMessage()));
        }
        guard.tunnels(knowsAllSenders() ? Set.copyOf(there.values()) : Set.of());
    }

    /**
     * Whether every node that sends into a tunnel is at the other end of one. A node whose own pods are in a pool without encapsulation
     * is not: its packets come through the tunnel, and the answers go plainly.
     */
    private boolean knowsAllSenders() {
        return plan.pools().stream().noneMatch(pool -> pool.encapsulation().kind() == PodPlan.Encapsulation.Kind.NONE);
    }

    /** IPIP carries IPv4 only; and every address once, on the device that most needs it. */
    private @Nullable List<IpAddress> own(Tunnel.Kind kind) {
        if (addresses == null) {
            return null;
        }
        boolean first = kind(plan.tunnels().getFirst()) == kind;
        return addresses.stream()
                .filter(address -> switch (address.family()) {
                    case IPV4 -> first;
                    case IPV6 -> kind == Tunnel.Kind.VXLAN6;
                })
                .toList();
    }

    /** Once, until it is another one: the plan is looked at whenever a link changes. */
    private void trouble(Tunnel.Kind kind, String sentence) {
        if (!sentence.equals(troubles.put(kind, sentence))) {
            events.error("tunnel.refused", RoutingInstance.DEFAULT, kind.device(), sentence);
        }
    }

    private static Tunnel.Kind kind(PodPlan.Tunnel tunnel) {
        for (Tunnel.Kind kind : Tunnel.Kind.values()) {
            if (kind.device().equals(tunnel.device())) {
                return kind;
            }
        }
        throw new IllegalArgumentException("no tunnel has the device " + tunnel.device());
    }

    private TunnelLinks links() {
        TunnelLinks present = links;
        if (present == null) {
            present = new TunnelLinks(host);
            links = present;
        }
        return present;
    }

    /** The devices stay, as all that is in the kernel. */
    @Override
    public void close() {
        await(() -> {
            if (links != null) {
                links.close();
            }
        });
        thread.shutdown();
        guard.close();
    }
}

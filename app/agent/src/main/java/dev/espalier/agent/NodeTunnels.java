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
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The tunnels of this node: has the devices that the plan wants, and nothing of ours beside them. What does not succeed is said and
 * tried again with the next change of plan or of the host; meanwhile the routes that need it say that its link is not there. Blocks; any
 * thread.
 */
final class NodeTunnels implements Tunnels, AutoCloseable {

    private final NetworkNamespace host;
    private final NetlinkFib fib;
    private final EventSink events;
    private final TunnelGuard guard;
    private final Map<Tunnel.Kind, String> troubles = new HashMap<>();
    /** Told on another thread, which must not wait for this one. */
    private final AtomicReference<String> guardTrouble = new AtomicReference<>("");

    private PodPlan plan = PodPlan.NONE;
    private List<IpAddress> addresses = List.of();
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

    @Override
    public synchronized void follow(PodPlan next) {
        plan = next;
        make();
    }

    @Override
    public synchronized void drop() {
        Set<Tunnel.Kind> unwanted = EnumSet.allOf(Tunnel.Kind.class);
        plan.tunnels().forEach(tunnel -> unwanted.remove(kind(tunnel)));
        for (Tunnel.Kind kind : unwanted) {
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
    }

    @Override
    public synchronized void addresses(List<IpAddress> own) {
        if (!addresses.equals(own)) {
            addresses = List.copyOf(own);
            make();
        }
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
        guard.tunnels(Set.copyOf(there.values()));
    }

    /** IPIP carries IPv4 only; and every address once, on the device that most needs it. */
    private List<IpAddress> own(Tunnel.Kind kind) {
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
    public synchronized void close() {
        guard.close();
        if (links != null) {
            links.close();
        }
    }
}

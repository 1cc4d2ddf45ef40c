package dev.espalier.agent.pods;

import dev.espalier.cni.Attachment;
import dev.espalier.cni.CniCommand;
import dev.espalier.cni.CniException;
import dev.espalier.cni.CniException.Code;
import dev.espalier.cni.CniRequest;
import dev.espalier.cni.CniResult;
import dev.espalier.cni.CniVersion;
import dev.espalier.cni.NetworkConfig;
import dev.espalier.ipam.Block;
import dev.espalier.ipam.Ipam;
import dev.espalier.ipam.IpamException;
import dev.espalier.ipam.Request;
import dev.espalier.linux.Bandwidth;
import dev.espalier.linux.NetworkNamespace;
import dev.espalier.linux.PodLink;
import dev.espalier.linux.PodLinks;
import dev.espalier.linux.PortMapping;
import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.objects.plan.PodPlan;
import dev.espalier.stores.state.StateStoreException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What CNI asks of one container's interface: to have it, not to have it, and whether it is as it was told.
 *
 * <p><b>Order.</b> A container has its address before its interface, and loses the interface before the address. So a daemon that
 * dies in between leaves an address without an interface, which is found by comparison, and never an interface whose address
 * somebody else may get.
 *
 * <p>Any thread that may block. Calls for different containers may come at once; those for the same one must wait for each other.
 */
final class Attachments {

    private static final CniResult NOTHING = new CniResult(List.of(), List.of(), List.of(), null);

    private final String node;
    private final Wiring wiring;
    private final Consumer<String> complaints;

    /**
     * Of a node.
     *
     * @param complaints hears what a pod can do without, such as translation on a host that has no nft
     */
    Attachments(String node, Wiring wiring, Consumer<String> complaints) {
        this.node = node;
        this.wiring = wiring;
        this.complaints = complaints;
    }

    /**
     * A call with what it needs.
     *
     * @param request the call
     * @param environment its environment, for a program that gives addresses
     * @param input its standard input, for the same
     * @param plan the pools
     * @param ipam who has which address
     * @param committed is to be called as soon as the addresses are given for certain: the network can hear of them while the pod is
     *     wired
     */
    record Call(
            CniRequest request,
            Map<String, String> environment,
            String input,
            PodPlan plan,
            Ipam ipam,
            Runnable committed) {

        String handle() {
            return request.attachment().handle();
        }

        NetworkConfig config() {
            return request.config();
        }
    }

    // ---- ADD

    /**
     * Gives a container its addresses and its interface; what it has already it keeps.
     *
     * @throws CniException when it cannot; then it has what it had before
     */
    CniResult add(Call call) {
        boolean runs = wiring.does(links -> links.find(call.handle()) != null);
        try {
            List<IpAddress> addresses = call.config().ownIpam() ? assign(call) : delegate(call);
            call.committed().run();
            PodLink link = link(call, addresses);
            PodLinks.Found host = wiring.does(links ->
                    links.make(NetworkNamespace.at(Path.of(call.request().netns())), link));
            shape(call, link);
            return result(call, link, host);
        } catch (CniException | StateStoreException failed) {
            if (!runs) { // who asks again for what runs must not lose it because the store is away
                undo(call, failed);
            }
            throw failed;
        }
    }

    private List<IpAddress> assign(Call call) {
        List<IpAddress> addresses = new ArrayList<>();
        for (Request request : AddressRequests.of(node, call.plan(), call.request())) {
            try {
                addresses.add(call.ipam().assign(request).address());
            } catch (IpamException refused) {
                throw refusal(refused);
            }
        }
        return addresses;
    }

    static CniException refusal(IpamException refused) {
        String message = String.valueOf(refused.getMessage());
        return switch (refused.kind()) {
            case NO_POOL -> new CniException(Code.BAD_CONFIGURATION, message, "");
            case EXHAUSTED ->
                new CniException(
                        Code.TRY_AGAIN_LATER,
                        message,
                        "make a pool larger or add one; 'espalier ipam check' looks for leaks");
            case ADDRESS_REFUSED ->
                new CniException(Code.BAD_CONFIGURATION, message, "'espalier ipam show' tells who has which address");
            case BUSY -> new CniException(Code.TRY_AGAIN_LATER, message, "");
        };
    }

    private static List<IpAddress> delegate(Call call) {
        CniResult given = DelegatedIpam.add(call.config().ipam(), call.environment(), call.input());
        if (given.ips().isEmpty()) {
            throw new CniException(Code.BAD_CONFIGURATION, call.config().ipam() + " gave no address", "");
        }
        return given.ips().stream().map(ip -> ip.address().address()).toList();
    }

    private PodLink link(Call call, List<IpAddress> addresses) {
        NetworkConfig config = call.config();
        String handle = call.handle();
        int mtu = config.mtu() > 0 ? config.mtu() : wiring.does(PodLinks::hostMtu) - overhead(call.plan());
        return new PodLink(
                handle,
                call.request().attachment().ifname(),
                config.mac().isEmpty() ? PodLink.macOf(handle) : config.mac(),
                mtu,
                config.ownIpam() ? "" : config.ipam(),
                addresses);
    }

    /** The most that a pool's encapsulation takes of a packet: a pod may talk to all of them. */
    static int overhead(PodPlan plan) {
        return plan.pools().stream()
                .mapToInt(pool -> switch (pool.encapsulation().kind()) {
                    case NONE -> 0;
                    case IPIP -> 20;
                    case VXLAN -> overIpv6(plan) ? 70 : 50;
                })
                .max()
                .orElse(0);
    }

    private static boolean overIpv6(PodPlan plan) {
        return plan.tunnels().stream().anyMatch(tunnel -> tunnel.device().equals(PodPlan.Tunnel.VXLAN6_DEVICE));
    }

    /** What the capabilities want beside the link; and a host with pods translates for them. */
    private void shape(Call call, PodLink link) {
        List<PortMapping> ports = Translations.ports(call.handle(), call.config(), link.addresses());
        NetworkConfig.Bandwidth wanted = call.config().bandwidth();
        Bandwidth bandwidth = wanted == null ? Bandwidth.UNLIMITED : bandwidth(wanted);
        try {
            wiring.filters(filter -> {
                filter.translations().added(call.handle(), call.plan(), ports);
                return wanted != null && filter.bandwidth().apply(call.handle(), bandwidth);
            });
        } catch (CniException refused) {
            if (!ports.isEmpty() || wanted != null) {
                throw refused;
            }
            complaints.accept(refused.sentence());
        }
    }

    private static Bandwidth bandwidth(NetworkConfig.Bandwidth wanted) {
        try {
            return new Bandwidth(
                    wanted.ingressRate(), wanted.ingressBurst(), wanted.egressRate(), wanted.egressBurst());
        } catch (IllegalArgumentException senseless) {
            throw new CniException(Code.BAD_CONFIGURATION, "runtimeConfig.bandwidth: " + senseless.getMessage(), "");
        }
    }

    private static CniResult result(Call call, PodLink link, PodLinks.Found host) {
        @Nullable CniResult previous = call.config().previous();
        CniResult before = previous == null ? NOTHING : previous;
        List<CniResult.Interface> interfaces = new ArrayList<>(before.interfaces());
        List<CniResult.Ip> ips = new ArrayList<>(before.ips());
        List<CniResult.Route> routes = new ArrayList<>(before.routes());
        interfaces.add(new CniResult.Interface(host.name(), host.mac(), link.mtu(), ""));
        interfaces.add(new CniResult.Interface(
                link.ifname(), link.mac(), link.mtu(), call.request().netns()));
        for (IpAddress address : link.addresses()) {
            IpAddress gateway = address.family() == AddressFamily.IPV4 ? PodLinks.GATEWAY_4 : PodLinks.GATEWAY_6;
            ips.add(new CniResult.Ip(CniResult.Cidr.host(address), gateway, interfaces.size() - 1));
            routes.add(new CniResult.Route(IpPrefix.of(address.family(), 0, 0, 0), gateway));
        }
        return new CniResult(interfaces, ips, routes, before.dns());
    }

    /** Whoever could not join has nothing, and need not say so (section 4 of the specification). */
    private void undo(Call call, RuntimeException failed) {
        try {
            remove(call);
        } catch (RuntimeException again) {
            failed.addSuppressed(again); // what is left is found by comparison
        }
    }

    // ---- DEL

    /** Takes a container's interface and addresses back, whatever is left of them. */
    void remove(Call call) {
        unwire(call.handle());
        if (call.config().ownIpam()) {
            call.ipam().release(node, call.handle());
        } else {
            DelegatedIpam.tell(call.config().ipam(), CniCommand.DEL, call.environment(), call.input());
        }
    }

    /** Takes an interface away, and with it all that led to it: who comes after must not be taken for its pod. */
    private void unwire(String handle) {
        List<IpAddress> addresses = wiring.does(links -> {
            PodLinks.Found found = links.find(handle);
            List<IpAddress> routed = found == null ? List.of() : links.addressesOf(found);
            links.remove(PodLink.hostName(handle));
            return routed;
        });
        try {
            wiring.filters(filter -> {
                filter.translations().removed(handle);
                filter.bandwidth().remove(handle);
                return addresses.isEmpty() ? 0 : filter.conntrack().forget(addresses);
            });
        } catch (CniException refused) {
            complaints.accept(refused.sentence()); // the comparison tries again
        }
    }

    // ---- CHECK

    /**
     * Whether all is as ADD told.
     *
     * @throws CniException with everything that is not
     */
    void check(Call call) {
        CniResult told = call.config().previous();
        String ifname = call.request().attachment().ifname();
        List<IpAddress> addresses = told == null
                ? List.of()
                : addressesOf(told, ifname, call.request().netns());
        PodLink expected = link(call, addresses);
        List<String> wrong = new ArrayList<>();
        if (call.config().ownIpam()) {
            Set<IpAddress> has = addressesOf(call.ipam().blocks(), node, call.handle());
            addresses.stream()
                    .filter(address -> !has.contains(address))
                    .forEach(address -> wrong.add(address + " is not assigned to it"));
        } else {
            DelegatedIpam.tell(call.config().ipam(), CniCommand.CHECK, call.environment(), call.input());
        }
        wrong.addAll(wiring.does(links ->
                links.differences(NetworkNamespace.at(Path.of(call.request().netns())), expected)));
        if (!wrong.isEmpty()) {
            throw new CniException(
                    Code.UNKNOWN_CONTAINER,
                    AddressRequests.owner(call.request()) + " is not as it was told: " + String.join("; ", wrong),
                    "removing and making the pod anew puts it right");
        }
    }

    /** The addresses on the interface that has this name in this namespace. */
    private static List<IpAddress> addressesOf(CniResult told, String ifname, String netns) {
        List<IpAddress> addresses = new ArrayList<>();
        for (CniResult.Ip ip : told.ips()) {
            int index = ip.interfaceIndex();
            boolean here = index < 0 || index >= told.interfaces().size();
            if (!here) {
                CniResult.Interface on = told.interfaces().get(index);
                here = on.name().equals(ifname)
                        && (on.sandbox().isEmpty() || on.sandbox().equals(netns));
            }
            if (here) {
                addresses.add(ip.address().address());
            }
        }
        return addresses;
    }

    private static Set<IpAddress> addressesOf(List<Block> blocks, String node, String handle) {
        Set<IpAddress> addresses = new TreeSet<>();
        for (Block block : blocks) {
            block.used().forEach((ordinal, allocation) -> {
                if (allocation.handle().equals(handle) && allocation.node().equals(node)) {
                    addresses.add(block.address(ordinal));
                }
            });
        }
        return addresses;
    }

    // ---- GC

    /**
     * Removes what a network has for containers that its runtime does not know.
     *
     * @throws CniException with all that could not be removed; the rest is gone
     */
    void collect(Call call) {
        Set<String> valid =
                call.config().valid().stream().map(Attachment::handle).collect(Collectors.toSet());
        String network = call.config().name() + "/";
        List<String> failures = new ArrayList<>();
        for (PodLinks.Found link : wiring.does(PodLinks::all).values()) {
            if (link.handle().startsWith(network) && !valid.contains(link.handle())) {
                attempt(failures, () -> unwire(link.handle()));
            }
        }
        if (call.config().ownIpam()) {
            attempt(failures, () -> call.ipam()
                    .releaseLeaked(
                            node, handle -> !handle.startsWith(network) || valid.contains(handle), Duration.ZERO));
        } else if (call.request().version().has(CniVersion.V1_1_0)) {
            attempt(
                    failures,
                    () -> DelegatedIpam.tell(call.config().ipam(), CniCommand.GC, call.environment(), call.input()));
        }
        if (!failures.isEmpty()) {
            throw new CniException(Code.IO, "not all could be removed: " + String.join("; ", failures), "");
        }
    }

    private static void attempt(List<String> failures, Runnable removal) {
        try {
            removal.run();
        } catch (CniException | IpamException | StateStoreException failed) {
            failures.add(String.valueOf(failed.getMessage()));
        }
    }
}

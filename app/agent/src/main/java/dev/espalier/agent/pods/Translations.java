package dev.espalier.agent.pods;

import dev.espalier.cni.CniException;
import dev.espalier.cni.CniException.Code;
import dev.espalier.cni.NetworkConfig;
import dev.espalier.linux.NatRules;
import dev.espalier.linux.PodNat;
import dev.espalier.linux.PortMapping;
import dev.espalier.linux.Tunnel;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.objects.plan.PodPlan;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What the host translates for its pods, from the plan and from what the pods have asked for. Owned by the thread of {@link Wiring}; the
 * ports that lead to pods are read from the kernel, where they outlive the daemon.
 */
final class Translations {

    /** The names of all devices that lead to other nodes, whether there are any or not. */
    private static final List<String> TUNNELS =
            Arrays.stream(Tunnel.Kind.values()).map(Tunnel.Kind::device).toList();

    private final PodNat nat;
    private NatRules inForce = NatRules.NONE;

    Translations(PodNat nat) {
        this.nat = nat;
    }

    /** What a plan wants, without any ports. Pure. */
    static NatRules rules(PodPlan plan, boolean pods) {
        List<IpPrefix> masqueraded = new ArrayList<>();
        List<IpPrefix> exempt = new ArrayList<>();
        for (PodPlan.Pool pool : plan.pools()) {
            exempt.add(pool.prefix());
            exempt.addAll(pool.natExcept());
            if (pool.natOutgoing()) {
                masqueraded.add(pool.prefix());
            }
        }
        return new NatRules(masqueraded, exempt, TUNNELS, List.of(), pods);
    }

    /** What a call wants to lead to a pod; host port 0 is none (the runtimes' way to say so). */
    static List<PortMapping> ports(String handle, NetworkConfig config, List<IpAddress> addresses) {
        List<PortMapping> ports = new ArrayList<>();
        try {
            for (NetworkConfig.PortMapping each : config.portMappings()) {
                if (each.hostPort() > 0) {
                    ports.addAll(PortMapping.toPod(
                            handle,
                            PortMapping.Protocol.valueOf(each.protocol().toUpperCase(Locale.ROOT)),
                            each.hostIp(),
                            each.hostPort(),
                            each.containerPort(),
                            addresses));
                }
            }
            return ports;
        } catch (IllegalArgumentException senseless) {
            throw new CniException(Code.BAD_CONFIGURATION, "runtimeConfig.portMappings: " + senseless.getMessage(), "");
        }
    }

    /**
     * A pod was wired: has its ports lead to it, and the table there if it is the first.
     *
     * @throws CniException when another pod has one of the ports
     */
    void added(String handle, PodPlan plan, List<PortMapping> ports) throws IOException {
        NatRules wanted = rules(plan, true);
        if (ports.isEmpty() && wanted.equals(inForce.withPorts(List.of()))) {
            return;
        }
        List<PortMapping> all = new ArrayList<>(nat.mappings());
        all.removeIf(mapping -> mapping.handle().equals(handle));
        for (PortMapping mine : ports) {
            all.stream().filter(mine::collidesWith).findFirst().ifPresent(other -> {
                throw new CniException(
                        Code.BAD_CONFIGURATION,
                        "host port " + mine.hostPort() + "/" + mine.protocol() + " leads to " + other.handle()
                                + " already",
                        "a port of the host can lead to one pod");
            });
        }
        all.addAll(ports);
        apply(wanted.withPorts(all));
    }

    /** A pod is gone. */
    void removed(String handle) throws IOException {
        if (inForce.ports().stream().anyMatch(port -> port.handle().equals(handle)) || inForce.isEmpty()) {
            List<PortMapping> left = new ArrayList<>(nat.mappings());
            if (left.removeIf(mapping -> mapping.handle().equals(handle))) {
                apply(new NatRules(inForce.masqueraded(), inForce.exempt(), TUNNELS, left, true));
            }
        }
    }

    /** Goes over to a plan, and to the pods that live. */
    void follow(PodPlan plan, Set<String> handles) throws IOException {
        List<PortMapping> ports = nat.mappings().stream()
                .filter(mapping -> handles.contains(mapping.handle()))
                .toList();
        apply(rules(plan, !handles.isEmpty()).withPorts(ports));
    }

    private void apply(NatRules wanted) throws IOException {
        nat.apply(wanted);
        inForce = wanted;
    }
}

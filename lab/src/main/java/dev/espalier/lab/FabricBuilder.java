package dev.espalier.lab;

import dev.espalier.lab.Box.Port;
import dev.espalier.lab.Frr.Daemon;
import dev.espalier.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Makes a fabric real: namespaces, cables, addresses, daemons. What is made has been written down in the manifest before. */
final class FabricBuilder {

    private static final Map<String, Integer> KERNEL_PARAMETERS = Map.of(
            "net.ipv4.ip_forward", 1,
            // Spread by ports too, so that both legs carry traffic between two pods.
            "net.ipv4.fib_multipath_hash_policy", 1,
            // Whoever drops a packet answers from the side it came from, and always: so a trace names each box.
            "net.ipv4.icmp_errors_use_inbound_ifaddr", 1,
            "net.ipv4.icmp_ratelimit", 0);

    private final Fabric fabric;
    private final BoxDaemons daemons;

    FabricBuilder(Fabric fabric, BoxDaemons daemons) {
        this.fabric = fabric;
        this.daemons = daemons;
    }

    void namespaces(Manifest manifest) {
        for (Box box : fabric.boxes()) {
            manifest.recordNamespace(fabric.namespace(box));
        }
        batch(fabric.boxes().stream()
                .map(box -> "netns add " + fabric.namespace(box).name())
                .toList());
    }

    void cables() {
        InParallel.forEach(fabric.boxes(), box -> fabric.namespace(box).sysctl(KERNEL_PARAMETERS));
        batch(fabric.wires().stream()
                .map(wire -> "link add name %s netns %s type veth peer name %s netns %s"
                        .formatted(
                                wire.linkA(),
                                fabric.namespace(wire.boxA()).name(),
                                wire.linkB(),
                                fabric.namespace(wire.boxB()).name()))
                .toList());
    }

    void addresses() {
        InParallel.forEach(fabric.boxes(), box -> fabric.namespace(box).ip(addressing(box)));
    }

    void frr() {
        InParallel.forEach(fabric.boxes().stream().filter(daemons::runsFrr).toList(), this::startFrr);
    }

    void espalier() {
        InParallel.forEach(fabric.boxes().stream().filter(daemons::runsEspalier).toList(), this::startEspalier);
    }

    /** The {@code ip} commands that give a box its bridge, its addresses and its default route. */
    private List<String> addressing(Box box) {
        List<String> commands = new ArrayList<>(List.of("link set lo up"));
        if (box.switched()) {
            commands.add("link add " + Port.BRIDGE + " type bridge mcast_snooping 0");
            commands.add("link set dev " + Port.BRIDGE + " up");
        }
        for (Port port : box.ports()) {
            commands.add(port.address()
                    .map(address -> "addr add " + address + " dev " + port.link())
                    .orElse("link set dev " + port.link() + " master " + Port.BRIDGE));
            commands.add("link set dev " + port.link() + " up");
        }
        box.podAddress().ifPresent(address -> commands.add("addr add " + address + "/32 dev lo"));
        box.gateway().ifPresent(gateway -> commands.add("route add " + box.beyondGateway() + " via " + gateway));
        return commands;
    }

    private void startFrr(Box box) {
        Speaker speaker = box.speaker().orElseThrow();
        Namespace namespace = fabric.namespace(box);
        if (box.role() == Box.Role.NODE) {
            // What no pod answers for must not go back up to the ToR. Espalier does this itself.
            for (IpPrefix block : speaker.originates()) {
                namespace.ip("route add blackhole " + block + " proto static");
            }
        }
        IpPrefix local = box.role() == Box.Role.TOR ? speaker.originates().getFirst() : null;
        daemons.frr(box).start(FrrConfig.of(box.name(), speaker, local), List.of(Daemon.ZEBRA, Daemon.BGPD));
    }

    private void startEspalier(Box box) {
        String speaker = EspalierConfig.of(box.speaker().orElseThrow());
        EspalierNode node = daemons.espalier(box);
        node.start(
                fabric.topology().hasPods()
                        ? speaker
                                + PodObjects.of(fabric, node.configurationFile().resolveSibling("state"))
                        : speaker);
    }

    private static void batch(List<String> commands) {
        Namespace.batch(commands);
    }
}

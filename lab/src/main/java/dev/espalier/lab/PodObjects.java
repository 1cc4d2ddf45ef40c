package dev.espalier.lab;

import dev.espalier.lab.Topology.Encapsulation;
import dev.espalier.lab.Topology.Pods;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Writes down, as Espalier's objects, where the pods of a lab get their addresses. The nodes share no store: each has a pool of its own,
 * and knows all pools, so that it does not translate what stays among pods. Pure.
 */
final class PodObjects {

    private PodObjects() {}

    /**
     * The objects for a node, to come after others.
     *
     * @param state the node's folder for who has which address
     */
    static String of(Fabric fabric, Path state) {
        List<Box> nodes = fabric.boxes(Box.Role.NODE);
        StringBuilder text = new StringBuilder(store(state));
        text.append("""
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: IpReservation
                metadata: {name: nodes}
                spec: {prefixes: %s}
                """.formatted(nodes.stream()
                .map(node -> node.podAddress().orElseThrow())
                .map(IpAddress::toPrefix)
                .toList()));
        nodes.forEach(node -> text.append(pool(node, fabric.topology().pods())));
        return text.toString();
    }

    /** The object that says where a node keeps who has which address. */
    static String store(Path folder) {
        return """
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: StateStore
                metadata: {name: here}
                spec: {path: %s}
                """.formatted(folder);
    }

    private static String pool(Box node, Pods pods) {
        IpPrefix block = node.podBlock().orElseThrow();
        String pool = """
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: IpPool
                metadata: {name: %s}
                spec:
                  prefix: %s
                  blockLength: %d
                  nodeSelector: {%s: %s}
                  natOutgoing: true
                """.formatted(node.name(), block, block.length(), EspalierNode.LABEL, node.name());
        return pods.encapsulation() == Encapsulation.NONE
                ? pool
                : pool
                        + "  encapsulation: %s%n  encapsulationMode: %s%n"
                                .formatted(
                                        pods.encapsulation().name().toLowerCase(Locale.ROOT),
                                        pods.encapsulationMode().word());
    }
}

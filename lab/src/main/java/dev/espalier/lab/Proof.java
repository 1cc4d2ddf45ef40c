package dev.espalier.lab;

import java.util.List;
import java.util.Set;

/**
 * That packets get from one node's block of addresses to another's, and which way. {@link PodProof} shows the same of pods.
 *
 * @param from the node where they begin, and its own address of its block
 * @param to the node where they end, and its own address of its block
 * @param sent how many pings were sent
 * @param answered how many were answered; as many as sent
 * @param milliseconds the mean time of a round trip
 * @param path the boxes that a packet passed, both ends included
 * @param routes at each distance the boxes that packets may pass by the kernels' routes
 */
public record Proof(
        String from,
        String to,
        int sent,
        int answered,
        double milliseconds,
        List<String> path,
        List<Set<String>> routes) {

    /** Copies the lists. */
    public Proof {
        path = List.copyOf(path);
        routes = List.copyOf(routes);
    }

    static Proof between(Fabric fabric, Box from, Box to) {
        Endpoint begin = Endpoint.ofNode(fabric, from);
        Endpoint end = Endpoint.ofNode(fabric, to);
        PathTrace trace = new PathTrace(fabric, begin, end);
        PathTrace.Ping ping = trace.ping();
        Proof proof = new Proof(
                begin.toString(),
                end.toString(),
                ping.sent(),
                ping.answered(),
                ping.milliseconds(),
                trace.takenByPacket(),
                trace.routesOfKernels());
        if (!ping.allAnswered()) {
            throw new LabException(
                    "of %d pings from %s to %s %d were answered; a packet got as far as: %s; the kernels' routes are: %s"
                            .formatted(
                                    ping.sent(),
                                    proof.from,
                                    proof.to,
                                    ping.answered(),
                                    String.join(" > ", proof.path),
                                    proof.routesInWords()));
        }
        proof.requireAgreement();
        return proof;
    }

    /** Such as {@code node-1 > tor-1 > spine-1 | spine-2 > tor-2 > node-3}. */
    public String routesInWords() {
        return PathTrace.words(routes);
    }

    private void requireAgreement() {
        boolean agrees = path.size() == routes.size();
        for (int distance = 0; agrees && distance < path.size(); distance++) {
            agrees = routes.get(distance).contains(path.get(distance));
        }
        if (!agrees) {
            throw new LabException("a packet went %s, but the kernels' routes say %s"
                    .formatted(String.join(" > ", path), routesInWords()));
        }
    }
}

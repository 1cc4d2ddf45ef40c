package dev.espalier.lab;

import dev.espalier.lab.PodProof.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Chooses between whom packets are sent to show that pods reach whom they should: one pair of each kind that a fabric has. Pure. */
final class PodPairs {

    private PodPairs() {}

    /**
     * A pair.
     *
     * @param kind how far it is
     * @param from where packets begin
     * @param to where they end; empty for the world
     */
    record Pair(Kind kind, Pod from, Optional<Pod> to) {}

    /** The pairs of a fabric, the nearest first; none without pods. */
    static List<Pair> of(Fabric fabric) {
        List<Pair> pairs = new ArrayList<>();
        List<Pod> pods = fabric.pods();
        for (Kind kind : Kind.values()) {
            pods.stream()
                    .flatMap(from -> pods.stream()
                            .filter(to -> kind(fabric, from, to).equals(Optional.of(kind)))
                            .reduce((_, last) -> last)
                            .map(to -> new Pair(kind, from, Optional.of(to)))
                            .stream())
                    .findFirst()
                    .ifPresent(pairs::add);
        }
        pods.stream().findFirst().ifPresent(pod -> pairs.add(new Pair(Kind.OUTSIDE, pod, Optional.empty())));
        return pairs;
    }

    /** How far it is between two pods; empty when they are one. */
    static Optional<Kind> kind(Fabric fabric, Pod from, Pod to) {
        if (from.equals(to)) {
            return Optional.empty();
        }
        if (from.node().equals(to.node())) {
            return Optional.of(Kind.SAME_NODE);
        }
        return Optional.of(rack(fabric, from) == rack(fabric, to) ? Kind.SAME_RACK : Kind.ACROSS_RACKS);
    }

    private static int rack(Fabric fabric, Pod pod) {
        return fabric.box(pod.node()).orElseThrow().rack();
    }
}

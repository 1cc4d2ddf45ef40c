package dev.espalier.objects.plan;

import dev.espalier.bgp.SpeakerConfig;
import java.util.List;

/**
 * What a node should run. Immutable; equal when made from equal objects and facts.
 *
 * @param node the node it is for
 * @param routers one for each routing instance, by name
 */
public record Plan(String node, List<PlannedRouter> routers) {

    /** Keeps a copy of the list. */
    public Plan {
        routers = List.copyOf(routers);
    }

    /** A node that runs nothing: what there is before the first plan. */
    public static Plan empty(String node) {
        return new Plan(node, List.of());
    }

    /**
     * A BGP instance.
     *
     * @param name the name of its Router
     * @param speaker how it shall run
     */
    public record PlannedRouter(String name, SpeakerConfig speaker) {}
}

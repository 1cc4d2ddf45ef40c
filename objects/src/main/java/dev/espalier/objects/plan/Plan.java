package dev.espalier.objects.plan;

import dev.espalier.bfd.BfdProfile;
import dev.espalier.bgp.SpeakerConfig;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a node should run. Immutable; equal when made from equal objects and facts.
 *
 * @param node the node it is for
 * @param routers one for each routing instance, by name
 * @param bfdProfiles how BFD sessions are to be held, by the name that peers call it by
 * @param pods where pods get their addresses from
 * @param flannel the flannel network it takes part in; null for none
 */
public record Plan(
        String node,
        List<PlannedRouter> routers,
        Map<String, BfdProfile> bfdProfiles,
        PodPlan pods,
        @Nullable FlannelPlan flannel) {

    /** Keeps copies. */
    public Plan {
        routers = List.copyOf(routers);
        bfdProfiles = Map.copyOf(bfdProfiles);
    }

    /** A node that runs nothing: what there is before the first plan. */
    public static Plan empty(String node) {
        return new Plan(node, List.of(), Map.of(), PodPlan.NONE, null);
    }

    /**
     * A BGP instance.
     *
     * @param name the name of its Router
     * @param speaker how it shall run
     */
    public record PlannedRouter(String name, SpeakerConfig speaker) {}
}

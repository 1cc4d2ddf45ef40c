package dev.espalier.agent.api;

import java.util.List;

/**
 * A prefix with its paths.
 *
 * @param instance the routing instance
 * @param prefix the prefix
 * @param paths the best first
 * @param kernel whether the kernel holds our route
 */
public record RouteView(String instance, String prefix, List<PathView> paths, KernelView kernel) {

    /**
     * What the kernel thinks of our route for a prefix.
     *
     * @param state one of "installed", "pending", "failed", "stale" and "none"
     * @param because why, a sentence
     * @param hops the ways out that the kernel has, such as {@code via 10.0.0.1 dev eth0}; empty unless installed or stale
     * @param backup the ways out that packets take at once when none of the others is left; empty without a backup, and while it is in
     *     use itself
     */
    public record KernelView(String state, String because, List<String> hops, List<String> backup) {}
}

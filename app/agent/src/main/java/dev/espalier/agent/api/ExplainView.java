package dev.espalier.agent.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything about one prefix, with the reasons.
 *
 * @param instance the routing instance
 * @param prefix the prefix
 * @param deferred whether no path is chosen yet because of a restart of ours
 * @param paths what is known, the best first
 * @param candidates the routes in the node's routing table, the one used first
 * @param kernel whether the kernel holds our route, and why or why not
 * @param told whom we told, and why or why not
 * @param redistribution whether the host's own route is redistributed into BGP, and why or why not, a sentence; null where there
 *     is nothing to say
 * @param leaks for each routing instance that this one imports from and that knows the prefix: whether its route is leaked here
 */
public record ExplainView(
        String instance,
        String prefix,
        boolean deferred,
        List<PathView> paths,
        List<Candidate> candidates,
        RouteView.KernelView kernel,
        List<Told> told,
        @Nullable String redistribution,
        List<Leak> leaks) {

    /**
     * What another routing instance of the node makes of the prefix.
     *
     * @param from its name
     * @param because whether its route is leaked here, and why or why not, a sentence
     */
    public record Leak(String from, String because) {}

    /**
     * A route in the node's routing table.
     *
     * @param source who says so: {@code kernel}, {@code local}, {@code ebgp}, {@code ibgp}, {@code leaked}
     * @param preference smaller wins
     * @param metric smaller wins among equal preferences
     * @param nextHops as the source gave them
     * @param hops what they resolve to, or the backup while it stands in
     * @param backup the next hops that stand in when none of the others can be reached, as the source gave them
     * @param used whether it is the one used
     * @param because why or why not, a sentence
     */
    public record Candidate(
            String source,
            int preference,
            long metric,
            List<String> nextHops,
            List<String> hops,
            List<String> backup,
            boolean used,
            String because) {}

    /**
     * What one neighbour was told; with ADD-PATH (RFC 7911), what it was told of one path.
     *
     * @param peer its name
     * @param address its address
     * @param path with ADD-PATH: the peer whose path it is, {@code instance} and a name for a leaked one, or {@code ourselves}; otherwise
     *     null, it is the best one
     * @param pathId the identifier under which the path is announced; null when it is not, or without ADD-PATH
     * @param announced whether the prefix, or this path, is announced to it
     * @param because why or why not, a sentence
     * @param attributes what was announced; null when nothing was
     */
    public record Told(
            String peer,
            String address,
            @Nullable String path,
            @Nullable Long pathId,
            boolean announced,
            String because,
            PathView.@Nullable Attributes attributes) {}
}

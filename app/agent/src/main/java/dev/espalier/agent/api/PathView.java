package dev.espalier.agent.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One path for a prefix.
 *
 * @param role {@code best}, {@code multipath}, {@code backup}, {@code candidate} or {@code refused}
 * @param because why it has this role, a sentence
 * @param peer the peer it came from; null for our own announcement, and for a leaked path
 * @param from that peer's address; null for our own announcement, and for a leaked path
 * @param leakedFrom the routing instance of this node that it is leaked from; null for all other paths
 * @param stale whether the peer has restarted and not yet said it again
 * @param pathId the path identifier; 0 without
 * @param attributes as they take part in the decision; as received when refused
 */
public record PathView(
        String role,
        String because,
        @Nullable String peer,
        @Nullable String from,
        @Nullable String leakedFrom,
        boolean stale,
        long pathId,
        Attributes attributes) {

    /**
     * Path attributes.
     *
     * @param nextHop the next hop; null for our own announcement, and for a leaked path, which goes the way of the other instance
     * @param asPath the AS path as text; sets in braces
     * @param origin {@code igp}, {@code egp} or {@code incomplete}
     * @param med MULTI_EXIT_DISC; null when absent
     * @param localPref LOCAL_PREF; null when absent
     * @param communities RFC 1997
     * @param extendedCommunities RFC 4360
     * @param largeCommunities RFC 8092
     * @param atomicAggregate whether ATOMIC_AGGREGATE is there
     * @param aggregator AS and identifier with a space between; null when absent
     * @param originatorId RFC 4456; null when absent
     * @param clusterList RFC 4456
     * @param onlyToCustomer the AS in OTC (RFC 9234); null when absent
     * @param unknown attributes that Espalier only passes on: type and octets
     */
    public record Attributes(
            @Nullable String nextHop,
            String asPath,
            String origin,
            @Nullable Long med,
            @Nullable Long localPref,
            List<String> communities,
            List<String> extendedCommunities,
            List<String> largeCommunities,
            boolean atomicAggregate,
            @Nullable String aggregator,
            @Nullable String originatorId,
            List<String> clusterList,
            @Nullable Long onlyToCustomer,
            List<String> unknown) {}
}

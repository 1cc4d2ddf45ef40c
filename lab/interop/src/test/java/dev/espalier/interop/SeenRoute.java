package dev.espalier.interop;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A route of ours as another daemon shows it, brought to one notation.
 *
 * @param nextHop the next hop
 * @param asPath AS numbers with spaces between, sets in braces
 * @param origin {@code igp}, {@code egp} or {@code incomplete}
 * @param med the MED; null when the daemon shows none
 * @param localPref the local preference; null when the daemon shows none
 * @param communities sorted as text, well-known ones as numbers
 * @param largeCommunities sorted as text
 * @param extendedCommunities sorted, such as {@code rt:65001:9}
 * @param mark the AS of "only to customer" (RFC 9234); null when the daemon shows none
 * @param originator the ORIGINATOR_ID (RFC 4456); null when the daemon shows none
 * @param clusters the CLUSTER_LIST
 */
record SeenRoute(
        String nextHop,
        String asPath,
        String origin,
        @Nullable Long med,
        @Nullable Long localPref,
        List<String> communities,
        List<String> largeCommunities,
        List<String> extendedCommunities,
        @Nullable Long mark,
        @Nullable String originator,
        List<String> clusters) {

    SeenRoute {
        communities = communities.stream().sorted().toList();
        largeCommunities = largeCommunities.stream().sorted().toList();
        extendedCommunities = extendedCommunities.stream().sorted().toList();
    }
}

package dev.espalier.agent.api;

import org.jspecify.annotations.Nullable;

/**
 * Which routes to show.
 *
 * @param instance the routing instance
 * @param prefix a prefix or an address; null for all
 * @param match how {@code prefix} is meant
 * @param family {@code ipv4} or {@code ipv6}; null for both
 * @param peer only paths of the peer of this name or address; null for all
 * @param view which paths
 * @param limit how many prefixes at most; 0 for all
 */
public record RouteQuery(
        String instance,
        @Nullable String prefix,
        Match match,
        @Nullable String family,
        @Nullable String peer,
        View view,
        int limit) {

    /** How a prefix is compared. */
    public enum Match {
        /** This very prefix. */
        EXACT,
        /** The longest prefix that contains it. */
        LONGEST,
        /** It and all prefixes within it. */
        MORE_SPECIFICS
    }

    /** Which paths are shown. */
    public enum View {
        /** All paths that neighbours announced. */
        ALL,
        /** Those that are used: the best one and those beside it. */
        BEST
    }
}

package dev.espalier.bgp;

import org.jspecify.annotations.Nullable;

/**
 * How many routes a neighbour may send and be sent, in each family by itself. With ADD-PATH every path counts.
 *
 * @param in the limit on what it sends, or null for none
 * @param out how many prefixes it is told at most; 0 for no limit
 */
public record MaximumPrefixes(@Nullable In in, int out) {

    /** No limits. */
    public static final MaximumPrefixes NONE = new MaximumPrefixes(null, 0);

    /**
     * A limit on what a neighbour sends. One more than {@code limit} exceeds it.
     *
     * @param limit 1 to 2147483647
     * @param warnAt the percentage of the limit from which people are told: 1 to 100
     * @param action what happens when it is exceeded
     * @param restartSeconds for {@link Action#RESTART}: how long the session then stays down, 1 to 65535
     * @param acceptedOnly whether only what the import rules and policy accept counts
     */
    public record In(int limit, int warnAt, Action action, int restartSeconds, boolean acceptedOnly) {

        /** From how many on people are told. */
        public int warnFrom() {
            return (int) (((long) limit * warnAt + 99) / 100);
        }

        @Override
        public String toString() {
            return limit + (acceptedOnly ? " accepted" : " received") + ", warn at " + warnAt + "%, " + action
                    + (action == Action.RESTART ? " after " + restartSeconds + " s" : "");
        }
    }

    /** What happens when a neighbour sends more than it may. */
    public enum Action {
        /** People are told; the routes are taken. */
        WARN("warn"),
        /** The session ends, and is tried again after a while. */
        RESTART("restart"),
        /** The session ends, and is tried again when the limit or the peer is configured anew. */
        IDLE("idle");

        private final String word;

        Action(String word) {
            this.word = word;
        }

        /** The word of the configuration. */
        @Override
        public String toString() {
            return word;
        }
    }
}

package dev.espalier.bgp.engine;

import dev.espalier.bgp.MaximumPrefixes;
import dev.espalier.bgp.table.PathCounts;

/** How a neighbour stands to the limit on what it sends, in one family and one session. One owner, the table's loop. */
final class InLimit {

    /** How near the limit is. */
    enum Stage {
        /** Far enough. */
        BELOW,
        /** The percentage is reached from which people are told. */
        NEAR,
        /** There are more than there may be. */
        EXCEEDED
    }

    private final MaximumPrefixes.In limit;
    private Stage reported = Stage.BELOW;
    private Stage stage = Stage.BELOW;

    InLimit(MaximumPrefixes.In limit) {
        this.limit = limit;
    }

    MaximumPrefixes.In limit() {
        return limit;
    }

    /** Looks at how many paths there are now. */
    void look(PathCounts counts, int source) {
        int count = limit.acceptedOnly() ? counts.accepted(source) : counts.received(source);
        stage = count > limit.limit() ? Stage.EXCEEDED : count >= limit.warnFrom() ? Stage.NEAR : Stage.BELOW;
    }

    Stage stage() {
        return stage;
    }

    /** Whether nothing more is taken: the session is to end. */
    boolean ends() {
        return stage == Stage.EXCEEDED && limit.action() != MaximumPrefixes.Action.WARN;
    }

    /**
     * Whether the stage is a worse one than people were told of. Falling below the percentage makes the next rise news again;
     * falling below the limit alone does not, so that a neighbour at its limit is not reported with every route.
     */
    boolean isNews() {
        if (stage == Stage.BELOW) {
            reported = Stage.BELOW;
        }
        boolean worse = stage.compareTo(reported) > 0;
        reported = worse ? stage : reported;
        return worse;
    }
}

package dev.espalier.bgp.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Outlives the daemon and knows the neighbours from ranges of one routing instance, which no configuration names: after a restart
 * they are waited for like the configured ones, and connected to. Called on the speaker's loop; must not block it.
 */
public interface NeighborMemory {

    /** Remembers nothing: a restart waits its whole time for whoever may come from a range. */
    NeighborMemory NONE = new NeighborMemory() {
        @Override
        public @Nullable List<RememberedNeighbor> ofEarlierRun() {
            return null;
        }

        @Override
        public void note(List<RememberedNeighbor> known) {}
    };

    /** Those the earlier run knew; null where that is not known. Asked once, before the first {@link #note}. */
    @Nullable
    List<RememberedNeighbor> ofEarlierRun();

    /** All that are known from now on, in place of what was noted before. */
    void note(List<RememberedNeighbor> known);
}

package dev.espalier.bgp.engine;

import dev.espalier.net.IpPrefix;
import java.util.List;

/**
 * What one routing instance tells another at once, of each prefix at most one thing. Immutable.
 *
 * @param leaked routes that are leaked now, in place of what was leaked of their prefixes before
 * @param withdrawn prefixes of which nothing is leaked any more
 * @param complete whether all that there is has been told with this, as End-of-RIB says between speakers; said once
 */
public record LeakBatch(List<LeakedRoute> leaked, List<IpPrefix> withdrawn, boolean complete) {

    /** Keeps copies of the lists. */
    public LeakBatch {
        leaked = List.copyOf(leaked);
        withdrawn = List.copyOf(withdrawn);
    }
}

package dev.espalier.routing;

import dev.espalier.net.IpPrefix;
import dev.espalier.route.NextHop;
import dev.espalier.route.RouteSource;
import java.util.List;

/**
 * Everything the table knows of a prefix, with its reasons. Immutable.
 *
 * @param prefix the destination
 * @param candidates the routes for exactly this prefix, the most preferred first
 * @param kernel whether the kernel holds our route, and why or why not
 */
public record Explanation(IpPrefix prefix, List<Candidate> candidates, KernelStatus kernel) {

    /**
     * One source's route.
     *
     * @param source who says so
     * @param preference smaller wins
     * @param metric smaller wins among equal preferences
     * @param nextHops as the source gave them; empty for the kernel's own routes
     * @param hops what these resolve to, or the backup when none of them can be reached; empty when that cannot either
     * @param backup the next hops that stand in when none of the others can be reached, as the source gave them; empty for none
     * @param verdict whether it is the one used, and by which rule
     * @param because the rule applied to this route, a sentence for people
     */
    public record Candidate(
            RouteSource source,
            int preference,
            long metric,
            List<NextHop> nextHops,
            List<NextHop.Hop> hops,
            List<NextHop> backup,
            Verdict verdict,
            String because) {

        /** Whether this is the route that is used. */
        public boolean isBest() {
            return verdict == Verdict.BEST;
        }
    }

    /** Why a candidate is or is not the one used. */
    public enum Verdict {
        /** It is the one used. */
        BEST,
        /** None of its next hops can be reached. */
        UNRESOLVABLE,
        /** The kernel's own route for the prefix goes first. */
        KERNEL_ROUTE_WINS,
        /** A route of ours goes before this one of the kernel. */
        KERNEL_METRIC_HIGHER,
        /** Another source's preference is smaller. */
        PREFERENCE_HIGHER,
        /** Same preference, but the other's metric is smaller. */
        METRIC_HIGHER,
        /** Equal in all that counts; the order of the sources decides. */
        SOURCE_ORDER
    }
}

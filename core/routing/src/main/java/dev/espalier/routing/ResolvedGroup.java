package dev.espalier.routing;

import dev.espalier.route.NextHop;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * What a group of next hops sends to at a moment. Immutable; made by {@link #of}, a pure function.
 *
 * @param hops the ways in use; empty when neither a next hop nor the backup can be reached
 * @param standby the ways of the backup that are not in use; empty when the backup is in use itself
 * @param standsIn whether the backup is in use because none of the next hops is
 * @param because why some next hop cannot be reached; empty when all can
 */
record ResolvedGroup(List<NextHop.Hop> hops, List<NextHop.Hop> standby, boolean standsIn, String because) {

    static final ResolvedGroup NOTHING = new ResolvedGroup(List.of(), List.of(), false, "");

    /**
     * What is known of one next hop.
     *
     * @param hops the ways to it; empty when it cannot be reached
     * @param abandoned whether it shall be done without where something else is left
     * @param because why it cannot be reached, when it cannot
     */
    record Reach(List<NextHop.Hop> hops, boolean abandoned, String because) {

        /** Whether packets can and shall be sent to it. */
        boolean isGood() {
            return !hops.isEmpty() && !abandoned;
        }
    }

    /**
     * Those of the next hops that can be reached; when there are none, those of the backup; when these cannot either, the abandoned
     * of both again, since whoever abandoned them is about to take the routes away, and until then they are all there is.
     */
    static ResolvedGroup of(List<NextHop> members, List<NextHop> backup, Function<NextHop, Reach> reach) {
        Joined used = Joined.of(members, reach, false);
        if (backup.isEmpty() && !used.hops.isEmpty()) {
            return new ResolvedGroup(used.hops, List.of(), false, used.because);
        }
        Joined spare = Joined.of(backup, reach, false);
        if (!used.hops.isEmpty()) {
            return new ResolvedGroup(used.hops, without(spare.hops, used.hops), false, used.because);
        }
        if (!spare.hops.isEmpty()) {
            return new ResolvedGroup(spare.hops, List.of(), true, used.because);
        }
        List<NextHop.Hop> abandoned = Joined.of(members, reach, true).hops;
        List<NextHop.Hop> last = abandoned.isEmpty() ? Joined.of(backup, reach, true).hops : abandoned;
        return new ResolvedGroup(last, List.of(), abandoned.isEmpty() && !last.isEmpty(), used.because);
    }

    /** The ways out of which none is taken already: the same way twice would be one to the kernel. */
    private static List<NextHop.Hop> without(List<NextHop.Hop> hops, List<NextHop.Hop> taken) {
        Set<NextHop.Hop> ways = new HashSet<>();
        taken.forEach(hop -> ways.add(unweighted(hop)));
        return hops.stream().filter(hop -> !ways.contains(unweighted(hop))).toList();
    }

    private static NextHop.Hop unweighted(NextHop.Hop hop) {
        return new NextHop.Hop(hop.gateway(), hop.link(), 1, hop.onLink());
    }

    /** Several next hops' ways in one list. */
    private record Joined(List<NextHop.Hop> hops, String because) {

        static Joined of(List<NextHop> members, Function<NextHop, Reach> reach, boolean abandonedToo) {
            HopShares shares = new HopShares();
            List<String> because = new ArrayList<>(1);
            for (NextHop member : members) {
                Reach found = reach.apply(member);
                if (found.isGood() || abandonedToo) {
                    shares.add(weight(member), found.hops);
                }
                if (!found.isGood()) {
                    because.add(found.because);
                }
            }
            return new Joined(shares.toHops(), because.isEmpty() ? "" : because.getLast());
        }

        private static int weight(NextHop member) {
            return switch (member) {
                case NextHop.Via via -> via.weight();
                case NextHop.Through through -> through.weight();
                case NextHop.Attached _, NextHop.Discard _ -> 1;
            };
        }
    }
}

package dev.espalier.bgp.engine;

import dev.espalier.bgp.table.Rib;
import dev.espalier.bgp.wire.Family;
import java.util.BitSet;
import java.util.Collection;
import java.util.Set;

/**
 * What the end of a session means for next hops: those that only the paths about to go have are given up at once, for all routes by
 * them, before the paths are removed and the prefixes decided one by one.
 *
 * <p>That a next hop is given up when nobody else names it, and only then, is why this can neither black-hole a packet nor make a
 * route go there and back: the decision is about to take every route away from it. It does not matter whether the neighbour died, as
 * BFD or a hold timer says, or was shut down; nor whether the next hop is the neighbour's own address or one behind it. A next hop
 * that others name too stays in use until it is known not to be reachable.
 *
 * <p>To know for certain who names a next hop takes a walk over all paths, some ten milliseconds for a million that nobody has
 * walked before. The neighbour's own address need not wait for that where no path of others is known to name it.
 */
final class Departure {

    private final NextHops nextHops;
    private final Collection<LocRib> locRibs;

    Departure(NextHops nextHops, Collection<LocRib> locRibs) {
        this.nextHops = nextHops;
        this.locRibs = locRibs;
    }

    /**
     * Gives up the next hops that only paths about to go have.
     *
     * @param neighbor whose session has ended, with all its paths still there
     * @param kept the families whose routes are kept, see {@link PeerRestart#keptAfter}
     */
    void of(Neighbor neighbor, Set<Family> kept) {
        boolean nobodyElse = kept.isEmpty() && !neighbor.isNextHopOfOthers();
        int own = nobodyElse ? nextHops.tracked(neighbor.address(), neighbor.link()) : Rib.NONE;
        if (own != Rib.NONE) {
            BitSet first = new BitSet();
            first.set(own);
            nextHops.abandon(first);
        }
        BitSet ofGoing = new BitSet();
        BitSet ofOthers = new BitSet();
        for (LocRib locRib : locRibs) {
            locRib.nextHops(path -> goes(neighbor, locRib, path, kept), ofGoing, ofOthers);
        }
        ofGoing.andNot(ofOthers);
        nextHops.abandon(ofGoing);
        if (own != Rib.NONE && ofOthers.get(own)) {
            nextHops.reinstate(own); // what others say of it is its own announcement, come back over a reflector
        }
    }

    private static boolean goes(Neighbor neighbor, LocRib locRib, int path, Set<Family> kept) {
        return locRib.rib().source(path) == neighbor.index() && StaleRoutes.goes(locRib, path, kept);
    }
}

package dev.espalier.bgp.engine;

import java.util.BitSet;

/**
 * For which members of an update group a bundle is.
 *
 * @param only whether it is for the members named, rather than for all others
 * @param named the members' indexes as sources of paths; not changed afterwards
 */
record Audience(boolean only, BitSet named) {

    /** Whether a member is among them. */
    boolean includes(int member) {
        return named.get(member) == only;
    }
}

package dev.espalier.bgp;

import org.jspecify.annotations.Nullable;

/**
 * What is tolerated in the AS path of what an external neighbour says, and how the path of what it is told is changed.
 *
 * @param enforceFirstAs whether the path must begin with the neighbour's AS (RFC 4271 section 6.3)
 * @param allowAsIn how often an AS of ours may be in it without counting as a loop: 0 to 10
 * @param removePrivateAs what becomes of AS numbers for private use (RFC 6996) on the way out; null to leave them
 * @param asOverride whether the neighbour's own AS is replaced by ours on the way out, so that it does not see a loop
 */
public record AsPathOptions(
        boolean enforceFirstAs, int allowAsIn, @Nullable RemovePrivateAs removePrivateAs, boolean asOverride) {

    /** The rules of RFC 4271 and nothing else. */
    public static final AsPathOptions USUAL = new AsPathOptions(true, 0, null, false);

    /**
     * What becomes of AS numbers for private use. The neighbour's own stays: without it, it could not see a loop.
     *
     * @param replace whether the AS that the neighbour knows us by takes their place, which keeps the length of the path;
     *     otherwise they are removed
     * @param all whether this is done in every path; otherwise only where the whole path is private
     */
    public record RemovePrivateAs(boolean replace, boolean all) {
        @Override
        public String toString() {
            return (replace ? "replace" : "remove") + (all ? " all" : "");
        }
    }
}

package dev.espalier.bgp;

/** Which link bandwidth a neighbour is told with a route (draft-ietf-idr-link-bandwidth). */
public enum SendLinkBandwidth {
    /** What the best path carries, as with any community. */
    RECEIVED("received"),
    /**
     * Where it is told our own address as next hop: the sum of the bandwidths of all paths that share the traffic, for it all comes
     * through us. Not where several paths for a prefix are told (RFC 7911): each of them carries its own.
     */
    CUMULATIVE("cumulative");

    private final String word;

    SendLinkBandwidth(String word) {
        this.word = word;
    }

    /** The word used in configuration. */
    @Override
    public String toString() {
        return word;
    }
}

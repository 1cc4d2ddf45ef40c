package dev.espalier.bgp.fsm;

/**
 * Names one connection with a neighbour. A number is never used again, so that what an old connection still has to say cannot be
 * taken for the new one's.
 *
 * @param side who opened it
 * @param number counts the connections of that side
 */
public record ConnectionId(Side side, int number) {

    /** Who opened a connection. */
    public enum Side {
        /** We did. */
        OUTGOING,
        /** The neighbour did. */
        INCOMING
    }

    @Override
    public String toString() {
        return (side == Side.OUTGOING ? "outgoing-" : "incoming-") + number;
    }
}

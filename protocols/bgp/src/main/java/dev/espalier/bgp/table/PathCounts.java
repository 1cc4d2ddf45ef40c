package dev.espalier.bgp.table;

/** How many paths each source has in a {@link Rib}, how many of them take part in the decision, and how many won it. One owner. */
public final class PathCounts {

    private final SourceTally received = new SourceTally();
    private final SourceTally accepted = new SourceTally();
    private final SourceTally best = new SourceTally();

    PathCounts() {}

    /** How many paths a source has. */
    public int received(int source) {
        return received.of(source);
    }

    /** How many of them were accepted. */
    public int accepted(int source) {
        return accepted.of(source);
    }

    /** How many of them are the best path of their prefix. */
    public int best(int source) {
        return best.of(source);
    }

    void count(int source, boolean isAccepted, int by) {
        received.add(source, by);
        accepted.add(source, isAccepted ? by : 0);
    }

    void countBest(int source, int by) {
        best.add(source, by);
    }
}

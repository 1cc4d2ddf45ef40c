package dev.espalier.flannel;

/** What is to be done for a node to get and keep its subnet, in the order given. */
public sealed interface LeaseEffect {

    /**
     * Write a subnet's key if it was last written in a revision, and tell how it went: {@link LeaseEvent.Written},
     * {@link LeaseEvent.Outrun} or {@link LeaseEvent.Failed}. Always the last effect.
     *
     * @param subnet which
     * @param value what it shall say
     * @param expected that revision; 0 for a key that does not exist
     * @param leased whether with a lease of {@link LeaseFsm#LEASE}; otherwise with none
     */
    record Write(SubnetKey subnet, String value, long expected, boolean leased) implements LeaseEffect {}

    /**
     * Remove a subnet's key if it was last written in a revision; if not, so be it.
     *
     * @param subnet which
     * @param expected that revision
     */
    record Remove(SubnetKey subnet, long expected) implements LeaseEffect {}

    /** Read anew what etcd has, and tell it by {@link LeaseEvent.Seen}, or {@link LeaseEvent.Failed}. Always the last effect. */
    record Look() implements LeaseEffect {}

    /** Something that people may want to know. */
    record Tell(Weight weight, String kind, String message) implements LeaseEffect {}

    /** How much it matters. */
    enum Weight {
        /** The ordinary course of things. */
        INFO,
        /** Not as it should be. */
        WARNING,
        /** Something does not work. */
        ERROR
    }
}

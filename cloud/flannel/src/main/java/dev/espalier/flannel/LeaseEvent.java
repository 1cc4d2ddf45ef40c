package dev.espalier.flannel;

/** What a node hears that is to get and keep a subnet. */
public sealed interface LeaseEvent {

    /** How things are in etcd. */
    record Seen(Network network) implements LeaseEvent {}

    /**
     * What {@link LeaseEffect.Write} asked for is written.
     *
     * @param revision in which
     * @param expires when it ends, in nanoseconds of the clock; {@link LeaseState#NEVER} where it was written without a lease
     */
    record Written(long revision, long expires) implements LeaseEvent {}

    /** It is not written: somebody else was faster. */
    record Outrun() implements LeaseEvent {}

    /** It may or may not be written: etcd does not answer, or refuses. */
    record Failed(String why) implements LeaseEvent {}

    /** The moment has come that the state named. */
    record Due() implements LeaseEvent {}
}

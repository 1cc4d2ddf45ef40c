package dev.espalier.bgp.engine;

/** Carries routes to the loop of the routing instance that imports them. */
@FunctionalInterface
public interface LeakSink {

    /**
     * Takes a batch. Called on the loop of the instance that leaks; must not block. Batches stay in order.
     *
     * @param taken to be run on that same loop once the other side has worked the batch in: until then only so much more is said
     */
    void take(LeakBatch batch, Runnable taken);
}

package dev.espalier.bgp.engine;

/**
 * What an earlier run of the daemon on this host left behind.
 *
 * @param leftRoutes whether the kernel holds routes of that run, which are to be kept until their neighbours have spoken again
 * @param forwardingKept whether the host has gone on forwarding since: the daemon was restarted, the host was not. True also
 *     when that run had no route in the kernel
 * @param neighbors who of our ranges that run knew; what this run knows is noted there as well
 */
public record EarlierRun(boolean leftRoutes, boolean forwardingKept, NeighborMemory neighbors) {

    /** There was none, or the host has been restarted since. */
    public static final EarlierRun NONE = new EarlierRun(false, false, NeighborMemory.NONE);
}

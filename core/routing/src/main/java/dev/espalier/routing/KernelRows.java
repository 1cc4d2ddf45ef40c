package dev.espalier.routing;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IntRows;
import dev.espalier.net.PrefixTable;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * What the kernel holds of ours for the prefixes of one family, and which of them must be looked at again. A prefix waits in
 * the queue at most once, however often it changes.
 */
final class KernelRows {

    final AddressFamily family;
    final PrefixTable prefixes;
    private final Map<Integer, Refusal> refusals = new HashMap<>();
    private IntRows installed = new IntRows(1); // the number of the kernel's group, 0 for none
    private final BitSet held = new BitSet(); // prefixes whose number we retain
    private final BitSet queued = new BitSet();
    private final BitSet inFlight = new BitSet();
    private final BitSet again = new BitSet(); // changed while in flight
    private final BitSet stale = new BitSet();
    private int[] ring = new int[64]; // its length is a power of two
    private int head;
    private int waiting;
    private int installedCount;
    private int inFlightCount;

    KernelRows(PrefixTable prefixes) {
        this.family = prefixes.family();
        this.prefixes = prefixes;
    }

    int installed(int id) {
        return installed.key(id);
    }

    void setInstalled(int id, int group) {
        hold(id);
        installedCount += (group != 0 ? 1 : 0) - (installed.key(id) != 0 ? 1 : 0);
        installed.key(id, group);
    }

    int installedCount() {
        return installedCount;
    }

    /** Forgets what is installed; all prefixes concerned are queued. Returns the groups by prefix, as they were. */
    IntRows takeInstalled() {
        IntRows before = installed;
        installed = new IntRows(1);
        installedCount = 0;
        for (int id = before.next(0); id >= 0; id = before.next(id + 1)) {
            enqueue(id);
        }
        return before;
    }

    /** Forgets what is stale. Returns it as it was. */
    BitSet takeStale() {
        BitSet before = (BitSet) stale.clone();
        stale.clear();
        return before;
    }

    private void hold(int id) {
        if (!held.get(id)) {
            held.set(id);
            prefixes.retain(id);
        }
    }

    /** Whether there is something to remember about a prefix: the kernel holds a route for it, or is to be told of it. */
    boolean isHeld(int id) {
        return held.get(id);
    }

    /** Lets go of a prefix about which there is nothing to remember. */
    void releaseIfIdle(int id) {
        if (held.get(id) && installed(id) == 0 && !queued.get(id) && !inFlight.get(id)) {
            held.clear(id);
            stale.clear(id);
            accepted(id);
            prefixes.release(id);
        }
    }

    /** Queues a prefix, or while its change is in flight, remembers to. */
    void enqueue(int id) {
        if (inFlight.get(id)) {
            again.set(id);
            return;
        }
        if (queued.get(id)) {
            return;
        }
        hold(id);
        queued.set(id);
        if (waiting == ring.length) {
            int[] longer = new int[2 * waiting];
            System.arraycopy(ring, head, longer, 0, waiting - head);
            System.arraycopy(ring, 0, longer, waiting - head, head);
            ring = longer;
            head = 0;
        }
        ring[head + waiting & ring.length - 1] = id;
        waiting++;
    }

    /** Takes the prefix that has waited longest; there must be one. */
    int poll() {
        int id = ring[head];
        head = head + 1 & ring.length - 1;
        waiting--;
        queued.clear(id);
        if (waiting == 0 && ring.length > 4096) {
            ring = new int[64]; // a full table's worth is not kept for the next single change
            head = 0;
        }
        return id;
    }

    int waiting() {
        return waiting;
    }

    int inFlight() {
        return inFlightCount;
    }

    boolean isQueued(int id) {
        return queued.get(id) || again.get(id);
    }

    boolean isInFlight(int id) {
        return inFlight.get(id);
    }

    void sent(int id) {
        inFlight.set(id);
        inFlightCount++;
    }

    /** The kernel has answered; what changed meanwhile is queued. */
    void answered(int id) {
        inFlight.clear(id);
        inFlightCount--;
        if (again.get(id)) {
            again.clear(id);
            enqueue(id);
        }
    }

    boolean isStale(int id) {
        return stale.get(id);
    }

    void setStale(int id, boolean value) {
        stale.set(id, value);
    }

    BitSet stale() {
        return stale;
    }

    /** Forgets that the kernel refused a prefix; mostly it has refused none, and then this makes no object for the number. */
    void accepted(int id) {
        if (!refusals.isEmpty()) {
            refusals.remove(id);
        }
    }

    Map<Integer, Refusal> refusals() {
        return refusals;
    }
}

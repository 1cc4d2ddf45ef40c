package dev.espalier.route;

import dev.espalier.net.AddressFamily;
import java.util.List;

/**
 * The port to the kernel's forwarding table: our own routes in it, and the next-hop groups they share. It never touches a
 * route, a group or a table entry that does not carry our protocol number.
 *
 * <p>Routes point at groups by number, and many routes share one: when a link dies, one group is replaced, not each route.
 * The caller chooses the numbers.
 */
public interface Fib {

    /**
     * The metric our routes carry. IPv4 routes of the kernel and of the operator have 0 and keep winning. IPv6 gives connected
     * routes 256 and static ones 1024, which ours would hide; the routing table therefore does not install a route where such a
     * one is.
     */
    int METRIC = 32;

    /**
     * Reads back what the kernel holds of ours in an instance's table, for instance what an earlier run of this daemon left. Only
     * groups that a route uses are told; the numbers that the caller gives them replace those it used before, and a number that
     * is not told again stays valid until it is dropped. Blocks; to be called before the first {@link #submit}, and again after {@link LossObserver#lost}, from any thread.
     *
     * @throws FibException when the kernel refuses, with its reason
     */
    void read(RoutingInstance instance, Contents contents);

    /**
     * Hands over changes, which the kernel makes in order; only an urgent batch goes before those that wait. Never blocks.
     *
     * @param loop where the outcome is told
     */
    void submit(Batch batch, Loop loop, Outcome outcome);

    /** Tells when our routes may have changed without us: a link went away with them, or another program removed them. */
    void watch(Loop loop, LossObserver observer);

    /**
     * What a group holds.
     *
     * @param used the ways that packets take, at least one
     * @param standby the ways that the kernel itself goes over to when it takes all those in use out of the group, as it does when
     *     their links lose the carrier; no packet takes them before. None of them is in use too
     * @param guarded whether there is room for hops on standby, now or later: settled when the group is made. A group that is not
     *     guarded has none, and one left empty takes its routes along
     */
    record Members(List<NextHop.Hop> used, List<NextHop.Hop> standby, boolean guarded) {

        /** With copies of the lists. */
        public Members {
            used = List.copyOf(used);
            standby = List.copyOf(standby);
        }

        /** A group with nothing on standby, ever. */
        public static Members of(List<NextHop.Hop> used) {
            return new Members(used, List.of(), false);
        }

        @Override
        public String toString() {
            return standby.isEmpty() ? used.toString() : used + " with " + standby + " on standby";
        }
    }

    /** Receives what the kernel holds. */
    interface Contents {
        /**
         * Takes a group, told before the first route that uses it.
         *
         * @return the number by which routes will refer to it
         */
        int group(Members members);

        /** A route. Bits left-aligned, see {@link dev.espalier.net.IpAddress#high()}. */
        void route(AddressFamily family, long high, long low, int length, int group);
    }

    /** Hears how a batch went. */
    interface Outcome {
        /** The kernel has answered for every change; those it refused are listed, all others were made. */
        void done(List<Failure> failures);
    }

    /** Hears that {@link #read} is needed again. */
    interface LossObserver {
        /**
         * Something may have been lost.
         *
         * @param why a sentence for people
         */
        void lost(String why);
    }

    /**
     * A change that the kernel refused.
     *
     * @param index which of the batch's changes, from 0
     * @param errno the kernel's error number, such as 17 for EEXIST
     * @param reason a sentence for people, with the kernel's own words where it gave some
     */
    record Failure(int index, int errno, String reason) {}

    /**
     * A batch of changes, in columns, so that a million routes do not become a million objects. Filled by one thread, handed
     * over once, then left alone.
     */
    final class Batch {
        /** How many changes fit. */
        public static final int CAPACITY = 512;

        /** What one change does. */
        public enum Change {
            /** Makes or replaces a group. */
            PUT_GROUP,
            /** Removes a group that no route uses any more. */
            DROP_GROUP,
            /** Adds a route that the kernel does not hold yet; fails when someone else's is there. */
            ADD_ROUTE,
            /** Points a route that is ours at another group. */
            REPLACE_ROUTE,
            /** Removes a route that is ours; one already gone is not an error. */
            REMOVE_ROUTE
        }

        private final RoutingInstance instance;
        private final Change[] changes = new Change[CAPACITY];
        private final AddressFamily[] families = new AddressFamily[CAPACITY];
        private final long[] highs = new long[CAPACITY];
        private final long[] lows = new long[CAPACITY];
        private final int[] lengths = new int[CAPACITY];
        private final int[] groups = new int[CAPACITY];
        private final List<Members> members = new java.util.ArrayList<>();
        private int size;
        private boolean urgent;

        /** An empty batch for one instance's table. */
        public Batch(RoutingInstance instance) {
            this.instance = instance;
        }

        /** Makes or replaces a group of this family. */
        public void putGroup(AddressFamily family, int group, Members contents) {
            lengths[size] = members.size();
            members.add(contents);
            add(Change.PUT_GROUP, family, 0, 0, group);
        }

        /** Removes a group. */
        public void dropGroup(AddressFamily family, int group) {
            add(Change.DROP_GROUP, family, 0, 0, group);
        }

        /** Adds, replaces or removes a route; bits left-aligned. The group is ignored for a removal. */
        public void route(Change change, AddressFamily family, long high, long low, int length, int group) {
            lengths[size] = length;
            add(change, family, high, low, group);
        }

        private void add(Change change, AddressFamily family, long high, long low, int group) {
            changes[size] = change;
            families[size] = family;
            highs[size] = high;
            lows[size] = low;
            groups[size] = group;
            size++;
        }

        /** The instance whose table is meant. */
        public RoutingInstance instance() {
            return instance;
        }

        /** Lets it go before batches that were handed over earlier and wait; nothing in those may be about the same groups. */
        public void urgent() {
            urgent = true;
        }

        /** Whether it goes before others. */
        public boolean isUrgent() {
            return urgent;
        }

        /** How many changes it holds. */
        public int size() {
            return size;
        }

        /** Whether no further change fits. */
        public boolean isFull() {
            return size == CAPACITY;
        }

        /** What change {@code i} does. */
        public Change change(int i) {
            return changes[i];
        }

        /** The family of change {@code i}. */
        public AddressFamily family(int i) {
            return families[i];
        }

        /** The first 64 bits of the prefix of change {@code i}, left-aligned. */
        public long high(int i) {
            return highs[i];
        }

        /** The last 64 bits of the prefix of change {@code i}. */
        public long low(int i) {
            return lows[i];
        }

        /** The prefix length of change {@code i}. */
        public int length(int i) {
            return lengths[i];
        }

        /** The group of change {@code i}. */
        public int group(int i) {
            return groups[i];
        }

        /** The members of the group that change {@code i} puts. */
        public Members members(int i) {
            return members.get(lengths[i]);
        }
    }

    /** The kernel refused; the message says what was asked and why it was refused. */
    final class FibException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        /** With a sentence for people. */
        public FibException(String message) {
            super(message);
        }
    }
}

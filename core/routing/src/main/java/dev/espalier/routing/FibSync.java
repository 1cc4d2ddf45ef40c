package dev.espalier.routing;

import dev.espalier.net.AddressFamily;
import dev.espalier.route.Fib;
import dev.espalier.route.Fib.Batch.Change;
import dev.espalier.route.Loop;
import dev.espalier.route.RoutingInstance;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Makes the kernel hold what is wanted, and knows what it holds.
 *
 * <p>Prefixes and groups that may differ wait in queues, each at most once, and are compared with what is wanted only when
 * their turn comes: a change and its reversal cost nothing. Changes go out in batches, at most {@link #MAX_IN_FLIGHT} at a
 * time, so that a slow kernel slows only this queue. A prefix or group whose change is in flight waits for the answer before
 * its next change is sent, so that what is believed to be installed is always what the kernel has said.
 *
 * <p>Order: changed groups first (a failover must not queue behind a million routes; {@link #replaceGroups} does not even wait for
 * the batches on their way), a new group just before the first route
 * that uses it, and the removal of groups when no route waits any more and the kernel has confirmed that the last one left.
 */
final class FibSync {

    /**
     * Batches on their way to the kernel: one that it works on, and as many more as it takes while a turn of a busy loop lasts, some
     * tens of milliseconds. With 2 the kernel waited for the loop during three quarters of the time in which a table loaded.
     */
    static final int MAX_IN_FLIGHT = 16;

    /** How many prefixes are looked at before other tasks of the loop get their turn. */
    private static final int EXAMINED_PER_TURN = 16_384;

    private static final long SECOND = 1_000_000_000L;
    private static final long FIRST_RETRY = SECOND;
    private static final long LAST_RETRY = 60 * SECOND;

    private final RoutingInstance instance;
    private final Loop loop;
    private final Fib fib;
    private final DesiredRoutes desired;
    private final RefusalJournal journal;
    private final Runnable wake;
    private final Consumer<String> mismatch;
    private final KernelContents contents;
    private final KernelGroups groups;

    private int inFlight;
    private int budget;
    private boolean started;
    private boolean halted;
    private boolean closed;
    private long retryDelay = FIRST_RETRY;
    private Loop.@Nullable Timer retryTimer;

    /**
     * Sends nothing until {@link #start}.
     *
     * @param wake asks for a call of {@link #pump} at the end of the loop's turn
     * @param mismatch hears, with a sentence, that the kernel does not hold what it is believed to
     */
    FibSync(
            RoutingInstance instance,
            Loop loop,
            Fib fib,
            DesiredRoutes desired,
            KernelContents contents,
            RefusalJournal journal,
            Runnable wake,
            Consumer<String> mismatch) {
        this.instance = instance;
        this.loop = loop;
        this.fib = fib;
        this.desired = desired;
        this.journal = journal;
        this.wake = wake;
        this.mismatch = mismatch;
        this.contents = contents;
        this.groups = contents.groups();
    }

    /** Notes that what is wanted for a prefix may have changed. */
    void changed(AddressFamily family, int id) {
        contents.enqueue(family, id);
        wake.run();
    }

    /** Notes that a source has a route for a prefix: what an earlier run left for it is stale no longer. */
    void announced(AddressFamily family, int id) {
        contents.rows(family).setStale(id, false);
        changed(family, id);
    }

    /** Notes that a group resolves to other hops than before. */
    void groupChanged(NextHopGroup group) {
        if (group.kernel != null) {
            groups.markChanged(group.kernel);
            wake.run();
        }
    }

    void groupDied(NextHopGroup group) {
        groups.ownerDied(group);
        wake.run();
    }

    /** Notes that prefixes of which a candidate uses one of these groups may have to be changed. */
    void usersChanged(IntPredicate groupNumbers) {
        contents.enqueueUsing(groupNumbers);
        wake.run();
    }

    /** Begins to send: what decides about routes is known. */
    void start() {
        started = true;
        wake.run();
    }

    /** Sends nothing until {@link #resume}; what is in flight is answered. */
    void halt() {
        halted = true;
    }

    void resume() {
        halted = false;
        wake.run();
    }

    /** Whether it sends, as soon as there is something to send and the kernel keeps up. */
    boolean isSending() {
        return started && !halted && !closed;
    }

    void close() {
        closed = true;
        if (retryTimer != null) {
            retryTimer.cancel();
        }
    }

    boolean nothingInFlight() {
        return inFlight == 0;
    }

    /** Whether the kernel holds all that is wanted, except what it refused. */
    boolean isIdle() {
        return inFlight == 0 && !contents.anyWaiting() && groups.isIdle();
    }

    /** Sends what there is to send, as far as back-pressure allows. */
    void pump() {
        budget = EXAMINED_PER_TURN;
        while (isSending() && inFlight < MAX_IN_FLIGHT) {
            SentBatch sent = new SentBatch(instance);
            fill(sent);
            if (sent.batch().size() == 0) {
                break;
            }
            submit(sent);
        }
        if (budget <= 0 && isSending() && inFlight < MAX_IN_FLIGHT) {
            wake.run();
        }
    }

    /**
     * Sends the groups whose contents have changed, and nothing else, now, ahead of what is on its way. That is safe, because no change of
     * such a group is on its way: its next one waits for the answer to the one before.
     */
    void replaceGroups() {
        if (isSending()) {
            SentBatch sent = new SentBatch(instance);
            groups.takeChanged(sent.room()).forEach(sent::putGroup);
            sent.batch().urgent();
            submit(sent);
        }
    }

    private void submit(SentBatch sent) {
        if (sent.batch().size() > 0) {
            inFlight++;
            fib.submit(sent.batch(), loop, failures -> answered(sent, failures));
        }
    }

    private void fill(SentBatch sent) {
        groups.takeChanged(sent.room()).forEach(sent::putGroup);
        contents.forEachFamily(rows -> fill(rows, sent));
        if (!contents.anyWaiting()) {
            groups.takeUnused(sent.room()).forEach(sent::dropGroup);
        }
    }

    private void fill(KernelRows rows, SentBatch sent) {
        // a route may need its group put before it: two changes
        while (rows.waiting() > 0 && sent.room() >= 2 && budget > 0) {
            budget--;
            compare(rows, rows.poll(), sent);
        }
    }

    private void compare(KernelRows rows, int id, SentBatch sent) {
        if (rows.isStale(id)) {
            return;
        }
        NextHopGroup wanted = desired.wanted(rows.family, id);
        int installed = rows.installed(id);
        if (wanted == null) {
            if (installed == 0) {
                rows.releaseIfIdle(id);
            } else {
                sent.route(Change.REMOVE_ROUTE, rows, id, 0);
            }
            return;
        }
        KernelGroup group = contents.groupFor(wanted, installed);
        if (installed == group.number) {
            rows.accepted(id);
            return;
        }
        if (!group.isUsable()) {
            return; // queued again when the kernel takes the group
        }
        if (!group.present && !group.inFlight) {
            sent.putGroup(group);
        }
        group.routes++;
        sent.route(installed == 0 ? Change.ADD_ROUTE : Change.REPLACE_ROUTE, rows, id, group.number);
    }

    private void answered(SentBatch sent, List<Fib.Failure> failures) {
        if (closed) {
            return;
        }
        inFlight--;
        @Nullable Refusal[] refusals = new @Nullable Refusal[sent.batch().size()];
        for (Fib.Failure failure : failures) {
            refusals[failure.index()] = Refusal.of(failure);
        }
        for (int i = 0; i < refusals.length; i++) {
            Refusal refusal = refusals[i];
            switch (sent.batch().change(i)) {
                case PUT_GROUP -> groupPut(sent.batch().group(i), refusal);
                case DROP_GROUP -> groupDropped(sent.batch().group(i), refusal);
                case ADD_ROUTE, REPLACE_ROUTE -> routePut(sent, i, refusal);
                case REMOVE_ROUTE -> routeRemoved(sent, i, refusal);
            }
        }
        planRetry();
        pump(); // at once: the end of the turn waits behind a table that loads
        wake.run(); // and then for whoever waits until nothing is in flight
    }

    private void groupPut(int number, @Nullable Refusal refusal) {
        KernelGroup group = groups.get(number);
        if (group == null) {
            return;
        }
        group.inFlight = false;
        if (refusal != null) {
            group.refusal = refusal;
            group.members = group.membersBefore;
            journal.refused("next-hop group " + describe(group), refusal);
            return;
        }
        boolean wasRefused = group.refusal != null;
        group.refusal = null;
        group.present = true;
        if (wasRefused && group.owner != null) {
            int owner = group.owner.number;
            contents.enqueueUsing(candidate -> candidate == owner);
        }
        if (group.routes == 0) {
            groups.markUnused(group);
        }
    }

    private static String describe(KernelGroup group) {
        return group.owner == null ? Integer.toString(group.number) : group.owner.members.toString();
    }

    private void groupDropped(int number, @Nullable Refusal refusal) {
        KernelGroup group = groups.get(number);
        if (group == null) {
            return;
        }
        group.inFlight = false;
        if (refusal == null || refusal.saysMissing()) {
            groups.forget(group);
        } else {
            group.refusal = refusal;
            journal.refused("the removal of next-hop group " + number, refusal);
        }
    }

    private void routePut(SentBatch sent, int i, @Nullable Refusal refusal) {
        KernelRows rows = contents.rows(sent.batch().family(i));
        int id = sent.prefix(i);
        int before = rows.installed(id);
        int group = sent.batch().group(i);
        if (refusal == null) {
            rows.setInstalled(id, group);
            rows.accepted(id);
            groups.leave(before);
        } else {
            groups.leave(group);
            if (isUsable(group)) {
                refused(rows, id, refusal);
                if (sent.batch().change(i) == Change.REPLACE_ROUTE && refusal.saysMissing()) {
                    // the route or its new group is not there: no guess, what the kernel holds must be read
                    mismatch.accept("a route that was to be replaced is not there");
                }
            }
        }
        rows.answered(id);
    }

    /** Whether a refused route was refused for itself, and not because its group had been refused before it. */
    private boolean isUsable(int number) {
        KernelGroup group = groups.get(number);
        return group == null || group.isUsable();
    }

    private void routeRemoved(SentBatch sent, int i, @Nullable Refusal refusal) {
        KernelRows rows = contents.rows(sent.batch().family(i));
        int id = sent.prefix(i);
        if (refusal == null) {
            groups.leave(rows.installed(id));
            rows.setInstalled(id, 0);
            rows.accepted(id);
        } else {
            refused(rows, id, refusal);
        }
        rows.answered(id);
        rows.releaseIfIdle(id);
    }

    private void refused(KernelRows rows, int id, Refusal refusal) {
        rows.refusals().put(id, refusal);
        journal.refused(rows.prefixes.prefix(id), refusal);
    }

    private void planRetry() {
        if (!contents.anythingRefused()) {
            retryDelay = FIRST_RETRY;
            journal.recovered();
            if (retryTimer != null) {
                retryTimer.cancel();
                retryTimer = null;
            }
        } else if (retryTimer == null) {
            retryTimer = loop.schedule(retryDelay, () -> {
                retryTimer = null;
                journal.summarise();
                retryRefused();
            });
            retryDelay = Math.min(2 * retryDelay, LAST_RETRY);
        }
    }

    /** Tries again what the kernel refused: when its time has come, or because a change of links may have cured it. */
    void retryRefused() {
        contents.forEachFamily(rows -> rows.refusals().keySet().forEach(rows::enqueue));
        groups.forEachRefused(group -> {
            groups.markChanged(group);
            groups.markUnused(group);
        });
        planRetry();
        wake.run();
    }
}

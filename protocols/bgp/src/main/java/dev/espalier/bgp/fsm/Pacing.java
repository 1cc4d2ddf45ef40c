package dev.espalier.bgp.fsm;

import static dev.espalier.bgp.fsm.PeerFsm.LONGEST_IDLE_HOLD_SECONDS;
import static dev.espalier.bgp.fsm.PeerFsm.SHORTEST_IDLE_HOLD_SECONDS;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** How fast a neighbour is tried, while a {@link PeerTurn} works on it: the ConnectRetryTimer, the IdleHoldTimer, and waiting for its path. */
final class Pacing {

    private static final FsmTimer CONNECT_RETRY = new FsmTimer.ConnectRetry();
    private static final FsmTimer IDLE_HOLD = new FsmTimer.IdleHold();
    private static final FsmTimer PATH_WAIT = new FsmTimer.PathWait();
    /** So long a path may take to come up before its absence is worth a word: BFD begins with packets a second apart. */
    private static final int PATH_WAIT_SECONDS = 10;

    private final int connectRetrySeconds;
    private final Effects effects;
    private boolean holding;
    private boolean stayingAway;
    private boolean retrying;
    private boolean seeking;
    private @Nullable String waiting;
    private int idleHoldSeconds;

    Pacing(PeerState state, int connectRetrySeconds, Effects effects) {
        this.connectRetrySeconds = connectRetrySeconds;
        this.effects = effects;
        holding = state.holding();
        stayingAway = state.stayingAway();
        retrying = state.retrying();
        seeking = state.seeking();
        waiting = state.waiting();
        idleHoldSeconds = state.idleHoldSeconds();
    }

    /** Whether nothing may be tried: there is a pause, or the path is not up. */
    boolean barred() {
        return holding || waiting != null;
    }

    /** Why the path has to be waited for; null when it has not. */
    @Nullable
    String waiting() {
        return waiting;
    }

    /** From now on the path has to be waited for; after a while it is time to say so. */
    void awaitPath(String reason) {
        if (waiting == null) {
            armPathWait();
        }
        waiting = reason;
    }

    void armPathWait() {
        long nanos = TimeUnit.SECONDS.toNanos(PATH_WAIT_SECONDS);
        effects.add(new Effect.Arm(PATH_WAIT, nanos, nanos));
    }

    /**
     * The path need not be waited for.
     *
     * @return whether it was, and nothing else is waited for
     */
    boolean pathIsUp() {
        if (waiting == null) {
            return false;
        }
        waiting = null;
        effects.add(new Effect.Cancel(PATH_WAIT));
        return !holding;
    }

    boolean holding() {
        return holding;
    }

    boolean stayingAway() {
        return stayingAway;
    }

    boolean retrying() {
        return retrying;
    }

    /** Whether we connect although that is left to the neighbour. */
    boolean seeking() {
        return seeking;
    }

    void seek(boolean wanted) {
        seeking = wanted;
    }

    int idleHoldSeconds() {
        return idleHoldSeconds;
    }

    /** The next pause is the shortest. */
    void reset() {
        idleHoldSeconds = SHORTEST_IDLE_HOLD_SECONDS;
    }

    /** Begins a pause, and makes the next one longer. */
    void hold() {
        cancelConnectRetry();
        holding = true;
        effects.armJittered(IDLE_HOLD, idleHoldSeconds);
        idleHoldSeconds = Math.min(2 * idleHoldSeconds, LONGEST_IDLE_HOLD_SECONDS);
    }

    /**
     * Begins a long pause of exactly so many seconds, {@link FsmEvent.Fault#FOR_GOOD} for one without an end. No jitter: people
     * were told when it ends.
     */
    void stayAway(int seconds) {
        cancelConnectRetry();
        holding = true;
        stayingAway = true;
        long nanos = TimeUnit.SECONDS.toNanos(seconds);
        effects.add(
                seconds == FsmEvent.Fault.FOR_GOOD
                        ? new Effect.Cancel(IDLE_HOLD)
                        : new Effect.Arm(IDLE_HOLD, nanos, nanos));
    }

    /**
     * Ends a long pause before its time.
     *
     * @return whether there was one
     */
    boolean resume() {
        if (!stayingAway) {
            return false;
        }
        stop();
        return true;
    }

    /**
     * The pause is over.
     *
     * @return whether there was one, and nothing else is waited for
     */
    boolean idleHoldExpired() {
        boolean held = holding;
        holding = false;
        stayingAway = false;
        return held && waiting == null;
    }

    void armConnectRetry() {
        retrying = true;
        effects.armJittered(CONNECT_RETRY, Math.max(1, connectRetrySeconds));
    }

    /** The first attempt waits for its turn among many, as if one before it had failed; in jitter's place, since turns differ. */
    void delayConnect(long nanos) {
        retrying = true;
        effects.add(new Effect.Arm(CONNECT_RETRY, nanos, nanos));
    }

    void cancelConnectRetry() {
        if (retrying) {
            retrying = false;
            effects.add(new Effect.Cancel(CONNECT_RETRY));
        }
    }

    void connectRetryExpired() {
        retrying = false;
    }

    /** Neither timer runs any more. */
    void stop() {
        cancelConnectRetry();
        if (holding) {
            holding = false;
            stayingAway = false;
            effects.add(new Effect.Cancel(IDLE_HOLD));
        }
        pathIsUp();
    }
}

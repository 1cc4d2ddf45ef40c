package dev.espalier.bgp.fsm;

import dev.espalier.bgp.PeerConfig;
import java.util.List;

/**
 * The state machine of one neighbour (RFC 4271 section 8): from a state and an event to the next state and what is to be done.
 * Pure: no sockets, no clock, no threads, no randomness; any thread.
 *
 * <p>Where it departs from the RFC, and why:
 *
 * <ul>
 *   <li>Both connections of a neighbour are in one state, so a collision (section 6.8) is seen when it happens.
 *   <li>A connection that would lose a collision waits for the other to come up or to fail (see {@link Collision}).
 *   <li>A connection that the neighbour opens during the pause after a failure is not refused (as Idle has it) but left unread
 *       until the pause is over: refusing would turn our second into the neighbour's ConnectRetryTime, often two minutes.
 *   <li>A long pause, after a neighbour that sends too much, is another matter: its connections are refused.
 *   <li>A connection that cannot be opened leaves the machine in Active rather than in Idle: we go on listening.
 *   <li>While a session is established, a further connection is refused at once, without waiting for its OPEN; unless graceful
 *       restart was agreed on, where its OPEN means that the neighbour has restarted (RFC 4724 section 4.2).
 *   <li>An UPDATE in OpenConfirm counts as the KEEPALIVE that should have come first; some speakers skip it, and BIRD lets them.
 *   <li>With BFD in strict mode, a session whose path is not up is held in Idle, with the neighbour's connection left unread,
 *       and without the capability of draft-ietf-idr-bgp-bfd-strict-mode: it concerns only ourselves. Where we only wait, such a
 *       connection is given up after 10 s, since unread it would not show that the neighbour has gone.
 *   <li>After a restart of ours, a neighbour that is to connect may be connected to until a session is up (see {@link
 *       FsmEvent.Seek}): one that keeps our routes may be waiting for us.
 *   <li>DelayOpen is not implemented; the other optional attributes are as if DampPeerOscillations were set.
 * </ul>
 */
public final class PeerFsm {

    /** The first pause after a failure. */
    static final int SHORTEST_IDLE_HOLD_SECONDS = 1;
    /** It doubles with every failure up to this. */
    static final int LONGEST_IDLE_HOLD_SECONDS = 60;
    /** A session that has lasted so long makes the next pause the shortest again. */
    static final int STABLE_SECONDS = 60;
    /** How long to wait for an OPEN: the "large value" of RFC 4271 section 8.2.2. */
    static final int OPEN_HOLD_SECONDS = 240;

    /** How long a connection that would lose waits for the one that would win: some retransmissions of a lost OPEN. */
    static final int COLLISION_SECONDS = 3;

    private final LocalSpeaker local;
    private final PeerConfig peer;

    /** A machine for one neighbour. */
    public PeerFsm(LocalSpeaker local, PeerConfig peer) {
        this.local = local;
        this.peer = peer;
    }

    /**
     * What an event leads to.
     *
     * @param state the next state
     * @param effects what to do, in order
     */
    public record Step(PeerState state, List<Effect> effects) {
        /** Copies the list. */
        public Step {
            effects = List.copyOf(effects);
        }
    }

    /**
     * Takes one event. Events of connections that the state does not know, and of timers that no longer matter, change nothing.
     *
     * @param now nanoseconds on a clock that never goes back
     */
    public Step step(PeerState state, FsmEvent event, long now) {
        PeerTurn turn = new PeerTurn(local, peer, state, now);
        switch (event) {
            case FsmEvent.Start start -> turn.start(start.delayNanos());
            case FsmEvent.Stop stop -> turn.stop(stop);
            case FsmEvent.Expired expired -> {
                switch (expired.timer()) {
                    case FsmTimer.ConnectRetry timer -> turn.connectRetryExpired();
                    case FsmTimer.IdleHold timer -> turn.idleHoldExpired();
                    case FsmTimer.PathWait timer -> turn.pathWaitExpired();
                    case FsmTimer.Collision timer -> turn.collisionExpired();
                    case FsmTimer.Hold timer -> turn.holdExpired(timer.connection());
                    case FsmTimer.SendHold timer -> turn.sendHoldExpired(timer.connection());
                    case FsmTimer.Keepalive timer -> turn.keepaliveExpired(timer.connection());
                }
            }
            case FsmEvent.Opened opened -> turn.opened(opened);
            case FsmEvent.Lost lost -> turn.lost(lost);
            case FsmEvent.PathChanged changed -> turn.pathChanged(changed.report());
            case FsmEvent.Received received -> turn.received(received.connection(), received.message());
            case FsmEvent.Fault fault -> turn.fault(fault);
            case FsmEvent.Resume resume -> turn.resume();
            case FsmEvent.Seek seek -> turn.seek(seek.delayNanos());
            case FsmEvent.Await await -> turn.await();
        }
        return turn.step();
    }
}

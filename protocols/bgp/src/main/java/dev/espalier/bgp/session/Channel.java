package dev.espalier.bgp.session;

import dev.espalier.bgp.wire.Message;
import java.util.List;

/**
 * One established session as the table's owner sees it, from {@link SessionObserver#established} to
 * {@link SessionObserver#closed}; afterwards its methods do nothing. All methods may be called by any thread and never block.
 */
public interface Channel {

    /** What was agreed on. */
    Negotiated negotiated();

    /** Sends complete messages, in order. The arrays must not change any more: several channels share them. */
    void send(List<byte[]> messages);

    /**
     * Whether the neighbour keeps up: little enough is on its way that more may be sent. When it has become true again after
     * having been false, {@link SessionObserver#writable} says so.
     */
    boolean writable();

    /**
     * Says that updates of so many octets have been dealt with. As long as too many are not, nothing more is read from the
     * neighbour: it waits, rather than fill our memory.
     */
    void consumed(int octets);

    /**
     * Ends the session with a NOTIFICATION.
     *
     * @param reason a sentence for people
     */
    default void reset(Message.Notification notification, String reason) {
        reset(notification, reason, 0);
    }

    /**
     * Ends the session with a NOTIFICATION, and stays away from the neighbour for a while.
     *
     * @param reason a sentence for people
     * @param pauseSeconds for how long; 0 for the usual pause after a failure,
     *     {@link dev.espalier.bgp.fsm.FsmEvent.Fault#FOR_GOOD} until the peer is configured anew
     */
    void reset(Message.Notification notification, String reason, int pauseSeconds);
}

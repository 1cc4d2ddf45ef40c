package dev.espalier.bgp.session;

import dev.espalier.bgp.wire.Message;
import dev.espalier.bgp.wire.UpdateMessage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Hears what the session with one neighbour does. Called on the session's loop; implementations hand over to the table's loop
 * and return at once. For one session the order of calls is: established, any of the middle ones, closed.
 */
public interface SessionObserver {

    /** The session is established. */
    void established(Channel channel);

    /**
     * Updates have arrived, decoded and validated (RFC 7606); {@link Channel#consumed} is to be called with the octets once
     * they have been dealt with.
     *
     * @param octets how much of the neighbour's credit they use up
     */
    void updates(Channel channel, List<UpdateMessage> updates, int octets);

    /**
     * The neighbour asks for our routes again (RFC 2918), or marks a refresh of its own (RFC 7313). {@link Channel#consumed} is
     * to be called with the octets once it has been dealt with, a request when it has been answered.
     *
     * @param octets how much of the neighbour's credit it uses up: far more than its length, because it makes far more work
     */
    void refresh(Channel channel, Message.RouteRefresh refresh, int octets);

    /** {@link Channel#writable} has become true again. */
    void writable(Channel channel);

    /** The session has ended. */
    void closed(Channel channel, Closed closed);

    /**
     * How a session ended.
     *
     * @param reason a sentence for people
     * @param sent the NOTIFICATION we sent, or null
     * @param received the NOTIFICATION the neighbour sent, or null
     * @param restartMayFollow whether RFC 4724 lets us keep the neighbour's routes: the connection was lost without a
     *     NOTIFICATION in either direction, or both keep them after a NOTIFICATION too (RFC 8538) and it was no Hard Reset
     */
    record Closed(
            String reason,
            Message.@Nullable Notification sent,
            Message.@Nullable Notification received,
            boolean restartMayFollow) {}
}

package dev.espalier.bgp.fsm;

import dev.espalier.bgp.session.Liveness;
import dev.espalier.bgp.wire.Message;
import dev.espalier.route.Transport.Endpoint;
import org.jspecify.annotations.Nullable;

/**
 * What can happen to a neighbour's state machine; the numbers are those of RFC 4271 section 8.1. Not used are 12
 * (DelayOpenTimer_Expires), 14 and 15 (what the kernel does not show), and 23 (OpenCollisionDump: the machine sees both
 * connections and finds the collision itself).
 */
public sealed interface FsmEvent {

    /**
     * ManualStart and its variants (1, 3 to 7): whether to connect or to wait is in the configuration.
     *
     * @param delayNanos how long our first attempt to connect waits, so that many do not begin at once; a neighbour that calls
     *     meanwhile is answered. 0 for none
     */
    record Start(long delayNanos) implements FsmEvent {

        /** Without a delay. */
        public Start() {
            this(0);
        }
    }

    /**
     * ManualStop (2).
     *
     * @param notification what to tell the neighbour, or null to leave without a word, so that it keeps our routes (RFC 4724)
     * @param reason a sentence for people
     */
    record Stop(Message.@Nullable Notification notification, String reason) implements FsmEvent {}

    /** ConnectRetryTimer_Expires (9), HoldTimer_Expires (10), KeepaliveTimer_Expires (11), IdleHoldTimer_Expires (13). */
    record Expired(FsmTimer timer) implements FsmEvent {}

    /**
     * A connection is open: Tcp_CR_Acked (16) for one of ours, TcpConnectionConfirmed (17) for one of the neighbour's.
     *
     * @param connection one of ours as named by {@link Effect.Connect}, or one of the neighbour's under a new name
     * @param local our end
     * @param remote the neighbour's
     */
    record Opened(ConnectionId connection, Endpoint local, Endpoint remote) implements FsmEvent {}

    /**
     * TcpConnectionFails (18): a connection is gone, or could not be opened.
     *
     * @param reason a sentence for people; null when the neighbour closed it in an orderly way
     */
    record Lost(ConnectionId connection, @Nullable String reason) implements FsmEvent {}

    /** Whoever watches the path to the neighbour has something to say of it (RFC 5882); not an event of RFC 4271. */
    record PathChanged(Liveness.Report report) implements FsmEvent {}

    /** A message has arrived: BGPOpen (19), NotifMsg (24, 25), KeepAliveMsg (26), UpdateMsg (27), or a ROUTE-REFRESH. */
    record Received(ConnectionId connection, Message message) implements FsmEvent {}

    /**
     * The connection cannot go on: BGPHeaderErr (21), BGPOpenMsgErr (22), UpdateMsgErr (28), or AutomaticStop (8) when the table's
     * owner asks for it.
     *
     * @param notification what to tell the neighbour
     * @param reason a sentence for people
     * @param pauseSeconds how long to stay away from the neighbour, and to refuse its connections; 0 for the usual pause,
     *     {@link #FOR_GOOD} until {@link Resume}
     */
    record Fault(ConnectionId connection, Message.Notification notification, String reason, int pauseSeconds)
            implements FsmEvent {

        /** No pause ends by itself after so many seconds. */
        public static final int FOR_GOOD = Integer.MAX_VALUE;

        /** With the usual pause. */
        public Fault(ConnectionId connection, Message.Notification notification, String reason) {
            this(connection, notification, reason, 0);
        }
    }

    /** Why we stay away from the neighbour is no longer so. Without such a pause, nothing. */
    record Resume() implements FsmEvent {}

    /**
     * From now on we connect, as if PassiveTcpEstablishment were not set, until a session is up or {@link Await}: after a restart
     * of ours the neighbour may be waiting for us. While a session is up, nothing.
     *
     * @param delayNanos as for {@link Start}
     */
    record Seek(long delayNanos) implements FsmEvent {}

    /** It is the neighbour's to connect again, if the configuration says so: an attempt that nobody has answered is given up. */
    record Await() implements FsmEvent {}
}

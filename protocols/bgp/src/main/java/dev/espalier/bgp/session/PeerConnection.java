package dev.espalier.bgp.session;

import dev.espalier.bgp.fsm.ConnectionId;
import dev.espalier.bgp.fsm.FsmEvent;
import dev.espalier.bgp.fsm.FsmTimer;
import dev.espalier.bgp.wire.Family;
import dev.espalier.bgp.wire.Message;
import dev.espalier.bgp.wire.MessageDecoder;
import dev.espalier.bgp.wire.MessageDecoder.Decoded;
import dev.espalier.bgp.wire.MessageEncoder;
import dev.espalier.bgp.wire.SessionOptions;
import dev.espalier.bgp.wire.UpdateMessage;
import dev.espalier.route.Loop;
import dev.espalier.route.Transport.Connection;
import dev.espalier.route.Transport.ConnectionHandler;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One TCP connection of a {@link PeerSession}: frames and decodes what arrives, and keeps the timers that belong to the
 * connection. On the session's loop only.
 */
final class PeerConnection implements ConnectionHandler {

    /** Before the OPENs are exchanged only OPEN, KEEPALIVE and NOTIFICATION can follow, and no option matters to them. */
    private static final SessionOptions BEFORE_OPEN =
            new SessionOptions(false, false, false, Set.of(Family.IPV4_UNICAST), Set.of(), Set.of());

    /**
     * What a ROUTE-REFRESH takes of the neighbour's credit. A few may wait; who sends more is not read until they are answered,
     * so a flood of them costs whoever sends it.
     */
    private static final int REFRESH_COST = SessionChannel.READ_HIGH / 16;

    /** The send hold timer looks so many times in its time, and so may be late by as small a part. */
    private static final int SEND_HOLD_LOOKS = 8;

    /** Time for the loop to look at its sockets before a neighbour is declared dead. */
    private static final long LAST_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final PeerSession session;
    private final Loop loop;
    private final ConnectionId id;
    private final SessionCounters counters;
    private final List<UpdateMessage> updates = new ArrayList<>();
    private int updateOctets;
    private SessionOptions options = BEFORE_OPEN;
    private @Nullable Connection connection;
    private @Nullable SessionChannel channel;
    private boolean parked;
    private boolean dropped;
    private long lastReceived;
    private long holdNanos;
    private Loop.@Nullable Timer holdTimer;
    private Loop.@Nullable Timer keepaliveTimer;
    private Loop.@Nullable Timer sendHoldTimer;
    private long written;

    PeerConnection(PeerSession session, Loop loop, ConnectionId id, SessionCounters counters) {
        this.session = session;
        this.loop = loop;
        this.id = id;
        this.counters = counters;
    }

    ConnectionId id() {
        return id;
    }

    // ---- what the transport says ----

    @Override
    public void opened(Connection opened) {
        connection = opened;
        if (dropped) {
            opened.abort();
            return;
        }
        session.connectionOpened(this);
        session.handle(new FsmEvent.Opened(id, opened.local(), opened.remote()));
    }

    @Override
    public void received(Connection from, ByteBuffer octets) {
        lastReceived = loop.now();
        while (!dropped && !parked && readMessage(octets)) {}
        flushUpdates();
        if (dropped) {
            octets.position(octets.limit());
        }
    }

    @Override
    public void writable(Connection from) {
        if (channel != null) {
            channel.drain();
        }
    }

    @Override
    public void closed(@Nullable String reason) {
        boolean wasOpen = connection != null;
        stopTimers();
        if (!dropped) {
            dropped = true;
            session.handle(new FsmEvent.Lost(id, reason));
        }
        if (wasOpen) {
            session.connectionClosed(this);
        }
    }

    // ---- reading ----

    /**
     * Reads one message.
     *
     * @return whether there was a whole one
     */
    private boolean readMessage(ByteBuffer octets) {
        int length = MessageDecoder.frameLength(octets);
        if (length < 0) {
            return false;
        }
        boolean possible = length >= Message.HEADER_LENGTH && length <= options.maxMessageLength();
        if (possible && octets.remaining() < length) {
            return false;
        }
        int limit = octets.limit();
        // Of a message with an impossible length only the header is looked at: that is where the error is.
        octets.limit(octets.position() + (possible ? length : Message.HEADER_LENGTH));
        Decoded decoded = MessageDecoder.decode(octets, options);
        octets.limit(limit);
        switch (decoded) {
            case Decoded.Valid valid -> take(valid.message(), length);
            case Decoded.Invalid invalid -> {
                flushUpdates();
                fault(invalid.notification(), invalid.reason() + " (at octet " + invalid.offset() + " of the message)");
            }
        }
        return true;
    }

    private void take(Message message, int length) {
        counters.received(message);
        boolean update = message instanceof Message.Update;
        if (!update || channel == null) {
            flushUpdates();
            session.handle(new FsmEvent.Received(id, message));
        }
        if (channel == null) {
            return;
        }
        switch (message) {
            case Message.Update(UpdateMessage content) -> {
                session.reports().findings(content.findings(), lastReceived);
                updates.add(content);
                updateOctets += length;
            }
            case Message.RouteRefresh refresh -> refresh(channel, refresh);
            case Message.Open open -> {}
            case Message.Keepalive keepalive -> {}
            case Message.Notification notification -> {}
        }
    }

    /** RFC 2918 section 4: for a family that was not agreed on, it is ignored. */
    private void refresh(SessionChannel to, Message.RouteRefresh refresh) {
        Family family = Family.of(refresh.afi(), refresh.safi());
        if (family != null && options.families().contains(family)) {
            to.delivered(REFRESH_COST);
            session.observer().refresh(to, refresh, REFRESH_COST);
        }
    }

    private void flushUpdates() {
        if (!updates.isEmpty() && channel != null) {
            int octets = updateOctets;
            List<UpdateMessage> batch = List.copyOf(updates);
            updates.clear();
            updateOctets = 0;
            channel.delivered(octets);
            session.observer().updates(channel, batch, octets);
        }
    }

    void fault(Message.Notification notification, String reason) {
        fault(notification, reason, 0);
    }

    void fault(Message.Notification notification, String reason, int pauseSeconds) {
        session.handle(new FsmEvent.Fault(id, notification, reason, pauseSeconds));
    }

    // ---- what the session wants ----

    void park() {
        parked = true;
        updateReading();
    }

    void unpark() {
        if (parked) {
            parked = false;
            updateReading();
        }
    }

    void agreed(SessionOptions agreed) {
        options = agreed;
    }

    SessionChannel establish(Negotiated negotiated) {
        SessionChannel established = new SessionChannel(this, loop, negotiated);
        channel = established;
        return established;
    }

    void send(Message message) {
        write(MessageEncoder.encode(message));
    }

    void write(byte[] message) {
        if (connection != null && !dropped) {
            counters.sent(message);
            written += message.length;
            connection.write(message);
        }
    }

    boolean writable() {
        return connection != null && !dropped && connection.writable();
    }

    void channelWritable(SessionChannel written) {
        session.observer().writable(written);
    }

    void updateReading() {
        if (connection != null && !dropped) {
            connection.reading(!parked && (channel == null || !channel.congested()));
        }
    }

    /**
     * Ends the connection; what it still says is not heard.
     *
     * @param orderly whether to let go out first what was sent
     */
    void drop(boolean orderly) {
        if (dropped) {
            return;
        }
        dropped = true;
        stopTimers();
        if (channel != null) {
            channel.close();
            channel = null;
        }
        if (connection != null && orderly) {
            connection.close();
        } else if (connection != null) {
            connection.abort();
        }
    }

    // ---- timers ----

    void armKeepalive(long nanos) {
        cancelKeepalive();
        if (dropped) {
            return;
        }
        keepaliveTimer = loop.schedule(nanos, () -> session.handle(new FsmEvent.Expired(new FsmTimer.Keepalive(id))));
    }

    void cancelKeepalive() {
        if (keepaliveTimer != null) {
            keepaliveTimer.cancel();
            keepaliveTimer = null;
        }
    }

    void armHold(long nanos) {
        cancelHold();
        if (dropped) {
            return;
        }
        holdNanos = nanos;
        lastReceived = loop.now();
        holdTimer = loop.schedule(nanos, this::holdDue);
    }

    void cancelHold() {
        if (holdTimer != null) {
            holdTimer.cancel();
            holdTimer = null;
        }
    }

    /** The time is over, unless something has arrived meanwhile or we did not want to hear it. */
    private void holdDue() {
        long silence = loop.now() - lastReceived;
        if (channel != null && channel.congested()) {
            holdTimer = loop.schedule(holdNanos, this::holdDue);
        } else if (silence < holdNanos) {
            holdTimer = loop.schedule(holdNanos - silence, this::holdDue);
        } else {
            // Had this process been stopped for so long, the neighbour's messages would now wait in the socket.
            long heard = lastReceived;
            holdTimer = loop.schedule(LAST_LOOK_NANOS, () -> holdOver(heard));
        }
    }

    private void holdOver(long heard) {
        if (lastReceived == heard) {
            session.handle(new FsmEvent.Expired(new FsmTimer.Hold(id)));
        } else {
            holdDue();
        }
    }

    void armSendHold(long nanos) {
        cancelSendHold();
        if (!dropped) {
            watchSending(new SendProgress(loop.now()), nanos);
        }
    }

    void cancelSendHold() {
        if (sendHoldTimer != null) {
            sendHoldTimer.cancel();
            sendHoldTimer = null;
        }
    }

    private void watchSending(SendProgress progress, long limit) {
        sendHoldTimer = loop.schedule(limit / SEND_HOLD_LOOKS, () -> {
            int waiting = connection == null ? 0 : connection.pendingOctets();
            if (progress.stalledFor(loop.now(), written, waiting) >= limit) {
                session.handle(new FsmEvent.Expired(new FsmTimer.SendHold(id)));
            } else {
                watchSending(progress, limit);
            }
        });
    }

    private void stopTimers() {
        cancelHold();
        cancelKeepalive();
        cancelSendHold();
    }
}

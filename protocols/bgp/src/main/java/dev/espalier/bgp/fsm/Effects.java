package dev.espalier.bgp.fsm;

import dev.espalier.bgp.fsm.PeerState.Connection;
import dev.espalier.bgp.session.Negotiated;
import dev.espalier.bgp.wire.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Collects the effects of one turn. */
final class Effects {

    private final List<Effect> list = new ArrayList<>();

    List<Effect> list() {
        return list;
    }

    void add(Effect effect) {
        list.add(effect);
    }

    /** RFC 4271 section 10: the time is multiplied by a random factor from 0.75 to 1. */
    void armJittered(FsmTimer timer, int seconds) {
        long nanos = TimeUnit.SECONDS.toNanos(seconds);
        add(new Effect.Arm(timer, nanos / 4 * 3, nanos));
    }

    /**
     * The hold timer, which is not jittered.
     *
     * @param seconds 0 for none
     */
    void armHold(ConnectionId id, int seconds) {
        FsmTimer timer = new FsmTimer.Hold(id);
        long nanos = TimeUnit.SECONDS.toNanos(seconds);
        add(seconds == 0 ? new Effect.Cancel(timer) : new Effect.Arm(timer, nanos, nanos));
    }

    /**
     * The send hold timer, which is not jittered.
     *
     * @param seconds 0 for none
     */
    void armSendHold(ConnectionId id, int seconds) {
        if (seconds > 0) {
            long nanos = TimeUnit.SECONDS.toNanos(seconds);
            add(new Effect.Arm(new FsmTimer.SendHold(id), nanos, nanos));
        }
    }

    void keepalive(ConnectionId id, Negotiated negotiated) {
        add(new Effect.Send(id, new Message.Keepalive()));
        if (negotiated.keepaliveSeconds() > 0) {
            armJittered(new FsmTimer.Keepalive(id), negotiated.keepaliveSeconds());
        }
    }

    /**
     * Ends a connection, or the attempt to open it.
     *
     * @param notification a last word, or null
     */
    void close(Connection connection, Message.@Nullable Notification notification) {
        boolean open = connection.phase() != SessionState.CONNECT;
        if (open && notification != null) {
            add(new Effect.Send(connection.id(), notification));
        }
        add(open ? new Effect.Close(connection.id()) : new Effect.Abort(connection.id()));
    }
}

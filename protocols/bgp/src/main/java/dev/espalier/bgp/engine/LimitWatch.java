package dev.espalier.bgp.engine;

import dev.espalier.bgp.MaximumPrefixes;
import dev.espalier.bgp.MaximumPrefixes.Action;
import dev.espalier.bgp.fsm.FsmEvent;
import dev.espalier.bgp.session.Channel;
import dev.espalier.bgp.wire.ErrorCode;
import dev.espalier.bgp.wire.Family;
import dev.espalier.bgp.wire.Message;
import dev.espalier.route.EventSink;
import dev.espalier.route.RoutingInstance;
import java.nio.ByteBuffer;

/** Acts on the limits of what neighbours send and are sent: tells people, and ends sessions. One owner, the table's loop. */
final class LimitWatch {

    private final EventSink events;
    private final RoutingInstance instance;

    LimitWatch(EventSink events, RoutingInstance instance) {
        this.events = events;
        this.instance = instance;
    }

    /**
     * Acts on what a neighbour has sent so far.
     *
     * @return whether its session is ending, so that nothing more of it is to be taken
     */
    boolean received(Neighbor neighbor, Channel channel, Family family) {
        InLimit state = neighbor.limit(family);
        if (state == null || !state.isNews()) {
            return state != null && state.ends();
        }
        MaximumPrefixes.In limit = state.limit();
        String what = limit.limit() + " " + family + " prefixes (spec.maximumPrefixes.in)";
        if (state.stage() == InLimit.Stage.NEAR) {
            warn(
                    "bgp.prefixes.near",
                    neighbor,
                    neighbor.address() + " has come to " + limit.warnFrom() + " of at most " + what
                            + ": find out why, or raise the limit");
            return false;
        }
        String exceeded = neighbor.address() + " sent more than " + what;
        warn("bgp.prefixes.exceeded", neighbor, exceeded + ": " + consequence(limit));
        if (limit.action() == Action.WARN) {
            return false;
        }
        boolean forGood = limit.action() == Action.IDLE;
        channel.reset(
                new Message.Notification(
                        ErrorCode.CEASE, ErrorCode.CEASE_MAXIMUM_PREFIXES, data(family, limit.limit())),
                exceeded + ": " + consequence(limit),
                forGood ? FsmEvent.Fault.FOR_GOOD : limit.restartSeconds());
        return true;
    }

    private static String consequence(MaximumPrefixes.In limit) {
        return switch (limit.action()) {
            case WARN -> "they are taken all the same, because the action is warn";
            case RESTART ->
                "its session is closed and tried again after " + limit.restartSeconds()
                        + " s; filter there what we should not get, or raise the limit, which also tries it at once";
            case IDLE ->
                "its session is closed and not tried again before spec.maximumPrefixes is changed; filter there what we "
                        + "should not get, or raise the limit";
        };
    }

    /** RFC 4486 section 4: family and upper bound. */
    private static byte[] data(Family family, int limit) {
        return ByteBuffer.allocate(7)
                .putShort((short) family.afi())
                .put((byte) family.safi())
                .putInt(limit)
                .array();
    }

    /**
     * Tells people when a neighbour has come to be told as much as it may be, or no longer is.
     *
     * @param heldBack how many prefixes it is not told because of that
     */
    void sent(Neighbor neighbor, Family family, int heldBack) {
        if (neighbor.heldBack(family, heldBack > 0)) {
            String who = neighbor.address() + " is told ";
            int limit = neighbor.config().maximumPrefixes().out();
            if (heldBack > 0) {
                warn(
                        "bgp.prefixes.heldback",
                        neighbor,
                        who + "no more than " + limit + " " + family
                                + " prefixes (spec.maximumPrefixes.out), and there are more: raise the limit, or announce fewer");
            } else {
                events.info(
                        "bgp.prefixes.toldall",
                        instance,
                        neighbor.config().name(),
                        who + "all " + family + " prefixes again: they are within the limit");
            }
        }
    }

    private void warn(String kind, Neighbor neighbor, String message) {
        events.warning(kind, instance, neighbor.config().name(), message);
    }
}

package dev.espalier.objects.kind;

import dev.espalier.objects.decode.Decoder;
import dev.espalier.objects.decode.Decoders;
import dev.espalier.objects.decode.Fields;
import org.jspecify.annotations.Nullable;

/**
 * The timers of sessions, in seconds; what is null is not said here.
 *
 * @param holdTime 0, or 3 to 65535
 * @param keepaliveInterval at most a third of the hold time, if that is given too
 * @param connectRetry how long to wait before another attempt: 1 to 65535
 * @param sendHoldTime how long a neighbour may take nothing of what is sent to it: 0 for ever, or 3 to 65535, and longer than the
 *     hold time, if that is given too
 */
public record Timers(
        @Nullable Integer holdTime,
        @Nullable Integer keepaliveInterval,
        @Nullable Integer connectRetry,
        @Nullable Integer sendHoldTime) {

    /** Nothing is said. */
    public static final Timers UNSAID = new Timers(null, null, null, null);

    private static final Decoder<Integer> HOLD_TIME = (value, context) -> {
        Integer seconds = Decoders.integer(0, 65535, "seconds").decode(value, context);
        if (seconds != null && (seconds == 1 || seconds == 2)) {
            context.error(
                    value.place(),
                    "must be 0 or 3 to 65535, not " + seconds,
                    "0 means no keepalives at all (RFC 4271)");
            return null;
        }
        return seconds;
    };

    private static final Decoder<Integer> SEND_HOLD_TIME = (value, context) -> {
        Integer seconds = Decoders.integer(0, 65535, "seconds").decode(value, context);
        if (seconds != null && (seconds == 1 || seconds == 2)) {
            context.error(value.place(), "must be 0 or 3 to 65535, not " + seconds, "0 means for ever (RFC 9687)");
            return null;
        }
        return seconds;
    };

    static final Decoder<Timers> DECODER = Decoders.object(Timers::decode);

    private static Timers decode(Fields fields) {
        Timers timers = new Timers(
                fields.optional("holdTime", HOLD_TIME),
                fields.optional("keepaliveInterval", Decoders.integer(1, 21845, "seconds")),
                fields.optional("connectRetry", Decoders.integer(1, 65535, "seconds")),
                fields.optional("sendHoldTime", SEND_HOLD_TIME));
        Integer hold = timers.holdTime;
        Integer keepalive = timers.keepaliveInterval;
        if (hold != null && keepalive != null && keepalive > hold / 3) {
            String message = hold == 0
                    ? "cannot be given together with a holdTime of 0, which means no keepalives"
                    : "must be at most a third of holdTime, here " + hold / 3 + ", not " + keepalive;
            fields.error("keepaliveInterval", message, hold == 0 ? "remove one of them" : "");
        }
        Integer sendHold = timers.sendHoldTime;
        if (hold != null && sendHold != null && sendHold > 0 && sendHold <= hold) {
            fields.error(
                    "sendHoldTime",
                    "must be longer than holdTime, here " + hold + ", not " + sendHold,
                    "RFC 9687 recommends at least twice as long, and 480");
        }
        return timers;
    }
}

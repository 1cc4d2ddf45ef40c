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
 */
public record Timers(
        @Nullable Integer holdTime,
        @Nullable Integer keepaliveInterval,
        @Nullable Integer connectRetry) {

    /** Nothing is said. */
    public static final Timers UNSAID = new Timers(null, null, null);

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

    static final Decoder<Timers> DECODER = Decoders.object(Timers::decode);

    private static Timers decode(Fields fields) {
        Timers timers = new Timers(
                fields.optional("holdTime", HOLD_TIME),
                fields.optional("keepaliveInterval", Decoders.integer(1, 21845, "seconds")),
                fields.optional("connectRetry", Decoders.integer(1, 65535, "seconds")));
        Integer hold = timers.holdTime;
        Integer keepalive = timers.keepaliveInterval;
        if (hold != null && keepalive != null && keepalive > hold / 3) {
            String message = hold == 0
                    ? "cannot be given together with a holdTime of 0, which means no keepalives"
                    : "must be at most a third of holdTime, here " + hold / 3 + ", not " + keepalive;
            fields.error("keepaliveInterval", message, hold == 0 ? "remove one of them" : "");
        }
        return timers;
    }
}

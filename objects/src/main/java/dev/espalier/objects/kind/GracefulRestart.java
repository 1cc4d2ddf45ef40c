package dev.espalier.objects.kind;

import dev.espalier.objects.decode.Decoder;
import dev.espalier.objects.decode.Decoders;
import dev.espalier.objects.decode.Fields;

/**
 * Graceful restart (RFC 4724) as a Router wants it.
 *
 * <p>The defaults: neighbours keep our routes for 120 s, enough for a reboot of the daemon but not for that of a machine. We wait
 * as long for End-of-RIB after our own restart, since who has not come back by then has dropped our routes anyway. A neighbour
 * that is back gets 360 s to send a full table over a slow link before its old routes go.
 *
 * <p>What a neighbour may keep beyond the restart time (RFC 9494) is off unless asked for: it is meant for routes that are better
 * old than missing, and only the operator knows which ones are.
 *
 * @param enabled whether it is offered
 * @param restartTime seconds that neighbours shall keep our routes while we restart: 1 to 4095
 * @param stalePathTime seconds that we keep a neighbour's routes once it is back but has not sent End-of-RIB: 1 to 4095
 * @param selectionDeferralTime seconds that we wait for End-of-RIB after our own restart: 1 to 4095
 * @param longLivedStaleTime seconds after the restart time that neighbours may keep our routes as a last resort: 1 to 16777215;
 *     0 for not
 */
public record GracefulRestart(
        boolean enabled, int restartTime, int stalePathTime, int selectionDeferralTime, int longLivedStaleTime) {

    /** What holds when nothing is said. */
    public static final GracefulRestart DEFAULT = new GracefulRestart(true, 120, 360, 120, 0);

    static final Decoder<Integer> SECONDS = Decoders.integer(1, 4095, "seconds");

    static final Decoder<Integer> LONG_LIVED_SECONDS = Decoders.integer(0, 16_777_215, "seconds");

    static final Decoder<GracefulRestart> DECODER = Decoders.object(GracefulRestart::decode);

    private static GracefulRestart decode(Fields fields) {
        GracefulRestart restart = new GracefulRestart(
                fields.optional("enabled", Decoders.BOOLEAN, DEFAULT.enabled),
                fields.optional("restartTime", SECONDS, DEFAULT.restartTime),
                fields.optional("stalePathTime", SECONDS, DEFAULT.stalePathTime),
                fields.optional("selectionDeferralTime", SECONDS, DEFAULT.selectionDeferralTime),
                fields.optional("longLivedStaleTime", LONG_LIVED_SECONDS, DEFAULT.longLivedStaleTime));
        refuseLongLivedAlone(fields, restart.enabled, restart.longLivedStaleTime);
        return restart;
    }

    /** RFC 9494 section 3.1: the one capability means nothing without the other. */
    static void refuseLongLivedAlone(Fields fields, boolean enabled, int longLivedStaleTime) {
        if (!enabled && longLivedStaleTime > 0) {
            fields.error(
                    "longLivedStaleTime",
                    "cannot be given while 'enabled' is false",
                    "long-lived graceful restart builds on graceful restart (RFC 9494): remove one of the two");
        }
    }
}

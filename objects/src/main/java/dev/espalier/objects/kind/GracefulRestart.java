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
 * @param enabled whether it is offered
 * @param restartTime seconds that neighbours shall keep our routes while we restart: 1 to 4095
 * @param stalePathTime seconds that we keep a neighbour's routes once it is back but has not sent End-of-RIB: 1 to 4095
 * @param selectionDeferralTime seconds that we wait for End-of-RIB after our own restart: 1 to 4095
 */
public record GracefulRestart(boolean enabled, int restartTime, int stalePathTime, int selectionDeferralTime) {

    /** What holds when nothing is said. */
    public static final GracefulRestart DEFAULT = new GracefulRestart(true, 120, 360, 120);

    static final Decoder<Integer> SECONDS = Decoders.integer(1, 4095, "seconds");

    static final Decoder<GracefulRestart> DECODER = Decoders.object(GracefulRestart::decode);

    private static GracefulRestart decode(Fields fields) {
        return new GracefulRestart(
                fields.optional("enabled", Decoders.BOOLEAN, DEFAULT.enabled),
                fields.optional("restartTime", SECONDS, DEFAULT.restartTime),
                fields.optional("stalePathTime", SECONDS, DEFAULT.stalePathTime),
                fields.optional("selectionDeferralTime", SECONDS, DEFAULT.selectionDeferralTime));
    }
}

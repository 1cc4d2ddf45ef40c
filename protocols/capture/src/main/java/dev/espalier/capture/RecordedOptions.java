package dev.espalier.capture;

import dev.espalier.bgp.wire.Family;
import dev.espalier.bgp.wire.Message;
import dev.espalier.bgp.wire.MessageDecoder;
import dev.espalier.bgp.wire.MessageDecoder.Decoded;
import dev.espalier.bgp.wire.SessionOptions;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;

/**
 * How recorded messages are read. A recording shows what was said, not what the receiver may make of it: so every family
 * and extended messages are taken as agreed on, and the peer as internal, since LOCAL_PREF and confederation segments
 * would otherwise be lost.
 */
final class RecordedOptions {

    private static final Set<Family> FAMILIES = Set.of(Family.values());

    private static final SessionOptions FOUR_OCTETS = of(true, Set.of());
    private static final SessionOptions TWO_OCTETS = of(false, Set.of());
    private static final SessionOptions FOUR_OCTETS_ADD_PATH = of(true, FAMILIES);
    private static final SessionOptions TWO_OCTETS_ADD_PATH = of(false, FAMILIES);

    /** What to try when nothing is known, the most usual first. */
    private static final List<SessionOptions> GUESSES =
            List.of(FOUR_OCTETS, TWO_OCTETS, FOUR_OCTETS_ADD_PATH, TWO_OCTETS_ADD_PATH);

    private static final int UNREADABLE = Integer.MAX_VALUE;

    private RecordedOptions() {}

    static SessionOptions of(boolean fourOctetAs, boolean addPath) {
        if (fourOctetAs) {
            return addPath ? FOUR_OCTETS_ADD_PATH : FOUR_OCTETS;
        }
        return addPath ? TWO_OCTETS_ADD_PATH : TWO_OCTETS;
    }

    static SessionOptions of(boolean fourOctetAs, Set<Family> addPath) {
        return new SessionOptions(fourOctetAs, true, true, FAMILIES, addPath, addPath, FAMILIES);
    }

    static Decoded decode(byte[] message, SessionOptions options) {
        return MessageDecoder.decode(ByteBuffer.wrap(message), options);
    }

    /**
     * The options under which a message makes the most sense.
     *
     * @param first the guess that is taken when others make no more sense
     */
    static SessionOptions guess(byte[] message, SessionOptions first) {
        SessionOptions best = first;
        int least = faults(decode(message, first));
        for (SessionOptions options : GUESSES) {
            if (least == 0) {
                break;
            }
            int faults = faults(decode(message, options));
            if (faults < least) {
                best = options;
                least = faults;
            }
        }
        return best;
    }

    private static int faults(Decoded decoded) {
        return switch (decoded) {
            case Decoded.Valid valid ->
                valid.message() instanceof Message.Update update
                        ? update.update().findings().size()
                        : 0;
            case Decoded.Invalid invalid -> UNREADABLE;
        };
    }
}

package dev.espalier.bfd.wire;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reads control packets, and says which must be discarded whoever sent them. Pure; any thread. */
public final class PacketDecoder {

    private static final int LENGTH_WITH_AUTHENTICATION = 26;

    private PacketDecoder() {}

    /** What became of the octets. */
    public sealed interface Verdict {
        /** A packet that may be looked at further. */
        record Read(ControlPacket packet) implements Verdict {}

        /** One that may not. */
        record Refused(Discard discard) implements Verdict {}
    }

    /**
     * Reads one datagram; what follows the packet in it is ignored, as RFC 5880 section 6.8.6 has it.
     *
     * <p>The checks stand in the order of that section, except that an authenticated packet is refused before its session is
     * looked for: no session here uses authentication.
     */
    public static Verdict decode(ByteBuffer datagram) {
        int arrived = datagram.remaining();
        if (arrived < ControlPacket.LENGTH) {
            return new Verdict.Refused(Discard.TOO_SHORT);
        }
        ByteBuffer in = datagram.duplicate(); // big-endian, whatever the caller's is
        int first = in.get() & 0xff;
        int flags = in.get() & 0xff;
        int multiplier = in.get() & 0xff;
        int length = in.get() & 0xff;
        State state = State.ofCode(flags >>> 6);
        ControlPacket packet = new ControlPacket(
                new Diagnostic(first & 0x1f),
                state,
                (flags & ControlPacket.POLL) != 0,
                (flags & ControlPacket.FINAL) != 0,
                (flags & ControlPacket.INDEPENDENT) != 0,
                (flags & ControlPacket.DEMAND) != 0,
                multiplier,
                in.getInt(),
                in.getInt(),
                Integer.toUnsignedLong(in.getInt()),
                Integer.toUnsignedLong(in.getInt()),
                Integer.toUnsignedLong(in.getInt()));
        Discard discard = judge(packet, first >>> 5, flags, length, arrived);
        return discard == null ? new Verdict.Read(packet) : new Verdict.Refused(discard);
    }

    private static @Nullable Discard judge(ControlPacket packet, int version, int flags, int length, int arrived) {
        boolean authenticated = (flags & ControlPacket.AUTHENTICATION) != 0;
        if (version != ControlPacket.VERSION) {
            return Discard.VERSION;
        }
        if (length < (authenticated ? LENGTH_WITH_AUTHENTICATION : ControlPacket.LENGTH)) {
            return Discard.LENGTH_TOO_SMALL;
        }
        if (length > arrived) {
            return Discard.LENGTH_TOO_LARGE;
        }
        if (packet.detectMultiplier() == 0) {
            return Discard.ZERO_MULTIPLIER;
        }
        if ((flags & ControlPacket.MULTIPOINT) != 0) {
            return Discard.MULTIPOINT;
        }
        if (packet.myDiscriminator() == 0) {
            return Discard.ZERO_DISCRIMINATOR;
        }
        boolean alive = packet.state() == State.INIT || packet.state() == State.UP;
        if (packet.yourDiscriminator() == 0 && alive) {
            return Discard.NO_DISCRIMINATOR_WHILE_ALIVE;
        }
        return authenticated ? Discard.AUTHENTICATION : null;
    }
}

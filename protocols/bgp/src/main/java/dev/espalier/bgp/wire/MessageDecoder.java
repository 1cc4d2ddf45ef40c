package dev.espalier.bgp.wire;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Reads messages: framing, header checks (RFC 4271 section 6.1), and the content. Stateless; any thread. */
public final class MessageDecoder {

    private static final byte[] NOTHING = new byte[0];

    private MessageDecoder() {}

    /** What a frame turned out to be. */
    public sealed interface Decoded {
        /** A message that may be acted upon. */
        record Valid(Message message) implements Decoded {}

        /**
         * A message after which the session cannot go on.
         *
         * @param notification what the peer must be told
         * @param offset where it went wrong, in octets from the first octet of the marker
         * @param reason a sentence for people
         */
        record Invalid(Message.Notification notification, int offset, String reason) implements Decoded {}
    }

    /**
     * The length of the message at the buffer's position, without moving it.
     *
     * @return its length in octets; -1 when fewer than 19 octets are there. A length that no message may have is
     *     returned as it stands: {@link #decode} refuses it
     */
    public static int frameLength(ByteBuffer octets) {
        if (octets.remaining() < Message.HEADER_LENGTH) {
            return -1;
        }
        int at = octets.position() + MessageType.LENGTH_AT;
        // octet by octet, so that the buffer's byte order does not matter
        return (octets.get(at) & 0xFF) << 8 | octets.get(at + 1) & 0xFF;
    }

    /**
     * Reads the one message that the frame consists of.
     *
     * <p>A frame whose length field says something else than its size, such as the header alone of a message with an
     * impossible length, is invalid. Nothing is kept of the frame's array.
     *
     * @param frame from the first octet of the marker to the limit; the position is moved to the limit
     */
    public static Decoded decode(ByteBuffer frame, SessionOptions options) {
        byte[] octets;
        int from = 0;
        int length = frame.remaining();
        if (frame.hasArray()) {
            octets = frame.array();
            from = frame.arrayOffset() + frame.position();
            frame.position(frame.limit());
        } else {
            octets = new byte[length];
            frame.get(octets);
        }
        try {
            return new Decoded.Valid(message(octets, from, length, options));
        } catch (MalformedMessageException malformed) {
            return malformed.verdict();
        }
    }

    private static Message message(byte[] octets, int from, int length, SessionOptions options)
            throws MalformedMessageException {
        checkHeader(octets, from, length);
        int type = octets[from + MessageType.TYPE_AT] & 0xFF;
        return switch (type) {
            case MessageType.OPEN -> {
                checkLength(octets, from, OpenCodec.MIN_LENGTH, Message.MAX_LENGTH);
                yield OpenCodec.decode(octets, from, from + length);
            }
            case MessageType.UPDATE -> {
                checkLength(octets, from, UpdateDecoder.MIN_LENGTH, options.maxMessageLength());
                yield new Message.Update(new UpdateDecoder(octets, from, from + length, options).decode());
            }
            case MessageType.NOTIFICATION -> {
                checkLength(octets, from, Message.HEADER_LENGTH + 2, options.maxMessageLength());
                yield notification(octets, from, length);
            }
            case MessageType.KEEPALIVE -> {
                checkLength(octets, from, Message.HEADER_LENGTH, Message.HEADER_LENGTH);
                yield new Message.Keepalive();
            }
            case MessageType.ROUTE_REFRESH -> routeRefresh(octets, from, length);
            default ->
                throw new MalformedMessageException(
                        ErrorCode.MESSAGE_HEADER,
                        ErrorCode.HEADER_BAD_MESSAGE_TYPE,
                        new byte[] {(byte) type},
                        MessageType.TYPE_AT,
                        "there is no message type " + type);
        };
    }

    private static void checkHeader(byte[] octets, int from, int length) throws MalformedMessageException {
        for (int i = 0; i < Math.min(length, MessageType.LENGTH_AT); i++) {
            if (octets[from + i] != (byte) 0xFF) {
                throw new MalformedMessageException(
                        ErrorCode.MESSAGE_HEADER,
                        ErrorCode.HEADER_CONNECTION_NOT_SYNCHRONIZED,
                        NOTHING,
                        i,
                        "the marker is not all ones: this is not the beginning of a message");
            }
        }
        if (length < Message.HEADER_LENGTH) {
            throw new MalformedMessageException(
                    ErrorCode.MESSAGE_HEADER,
                    ErrorCode.HEADER_BAD_MESSAGE_LENGTH,
                    NOTHING,
                    0,
                    "a message has at least 19 octets, not " + length);
        }
        int said = Octets.u16(octets, from + MessageType.LENGTH_AT);
        if (said < Message.HEADER_LENGTH) {
            throw badLength(octets, from, "a message has at least 19 octets, not " + said);
        }
        if (said != length) {
            throw badLength(octets, from, "the length field says " + said + " octets, but there are " + length);
        }
    }

    /** The length field is known to be that of the frame; whether the message's type allows it is checked here. */
    private static void checkLength(byte[] octets, int from, int min, int max) throws MalformedMessageException {
        int length = Octets.u16(octets, from + MessageType.LENGTH_AT);
        if (length < min || length > max) {
            String allowed = min == max ? "exactly " + min : min + " to " + max;
            throw badLength(
                    octets,
                    from,
                    MessageType.name(octets[from + MessageType.TYPE_AT]) + " has " + allowed + " octets, not "
                            + length);
        }
    }

    private static MalformedMessageException badLength(byte[] octets, int from, String reason) {
        int at = from + MessageType.LENGTH_AT;
        return new MalformedMessageException(
                ErrorCode.MESSAGE_HEADER,
                ErrorCode.HEADER_BAD_MESSAGE_LENGTH,
                Arrays.copyOfRange(octets, at, at + 2),
                MessageType.LENGTH_AT,
                reason);
    }

    private static Message.Notification notification(byte[] octets, int from, int length) {
        int at = from + Message.HEADER_LENGTH;
        return new Message.Notification(
                octets[at] & 0xFF, octets[at + 1] & 0xFF, Arrays.copyOfRange(octets, at + 2, from + length));
    }

    /**
     * RFC 7313 section 5 has an error of its own for a wrong length of the subtypes that it defines. A longer request
     * (subtype 0) would carry filters (RFC 5291), which Espalier never offers to take.
     */
    private static Message.RouteRefresh routeRefresh(byte[] octets, int from, int length)
            throws MalformedMessageException {
        int at = from + Message.HEADER_LENGTH;
        int fixed = Message.HEADER_LENGTH + 4;
        int subtype = length >= fixed ? octets[at + 2] & 0xFF : 0;
        if (length != fixed && (subtype == 1 || subtype == 2)) {
            throw new MalformedMessageException(
                    ErrorCode.ROUTE_REFRESH,
                    ErrorCode.REFRESH_INVALID_MESSAGE_LENGTH,
                    Arrays.copyOfRange(octets, from, from + length),
                    MessageType.LENGTH_AT,
                    "ROUTE-REFRESH has exactly 23 octets, not " + length);
        }
        checkLength(octets, from, fixed, fixed);
        return new Message.RouteRefresh(Octets.u16(octets, at), octets[at + 3] & 0xFF, subtype);
    }
}

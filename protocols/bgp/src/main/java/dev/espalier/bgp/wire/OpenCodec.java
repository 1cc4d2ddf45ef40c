package dev.espalier.bgp.wire;

import dev.espalier.net.Ipv4Address;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/** OPEN (RFC 4271 section 4.2), with optional parameters in the classic and in the extended form of RFC 9072. */
final class OpenCodec {

    static final int MIN_LENGTH = 29;

    private static final int VERSION = 4;
    private static final byte[] NOTHING = new byte[0];

    // Places in the message, from the first octet of the marker.
    private static final int VERSION_AT = 19;
    private static final int MY_AS_AT = 20;
    private static final int HOLD_TIME_AT = 22;
    private static final int ROUTER_ID_AT = 24;
    private static final int PARAMETERS_LENGTH_AT = 28;
    private static final int PARAMETERS_AT = 29;
    private static final int EXTENDED_LENGTH_AT = 30;
    private static final int EXTENDED_PARAMETERS_AT = 32;

    /** The only parameter in use (RFC 5492 section 4). */
    private static final int CAPABILITIES = 2;
    /** In the place of the first parameter's type: the extended form follows (RFC 9072 section 2). */
    private static final int EXTENDED_FORM = 255;

    private OpenCodec() {}

    // ---- reading

    /** Reads the OPEN in {@code [from, to)}, whose header has been checked. */
    static Message.Open decode(byte[] octets, int from, int to) throws MalformedMessageException {
        int version = octets[from + VERSION_AT] & 0xFF;
        if (version != VERSION) {
            throw new MalformedMessageException(
                    ErrorCode.OPEN_MESSAGE,
                    ErrorCode.OPEN_UNSUPPORTED_VERSION,
                    new byte[] {0, VERSION},
                    VERSION_AT,
                    "version " + version + " is not supported, only 4");
        }
        int myAs = Octets.u16(octets, from + MY_AS_AT);
        if (myAs == 0) {
            throw refused(ErrorCode.OPEN_BAD_PEER_AS, MY_AS_AT, "nobody is in AS 0 (RFC 7607)");
        }
        int holdTime = Octets.u16(octets, from + HOLD_TIME_AT);
        if (holdTime == 1 || holdTime == 2) {
            throw refused(
                    ErrorCode.OPEN_UNACCEPTABLE_HOLD_TIME,
                    HOLD_TIME_AT,
                    "a hold time is 0 or at least 3 seconds, not " + holdTime);
        }
        Ipv4Address routerId = Ipv4Address.ofBytes(octets, from + ROUTER_ID_AT);
        if (routerId.isUnspecified()) {
            throw refused(ErrorCode.OPEN_BAD_BGP_IDENTIFIER, ROUTER_ID_AT, "0.0.0.0 is not a BGP identifier");
        }
        return new Message.Open(version, myAs, holdTime, routerId, parameters(octets, from, to));
    }

    private static List<Capability> parameters(byte[] octets, int from, int to) throws MalformedMessageException {
        int said = octets[from + PARAMETERS_LENGTH_AT] & 0xFF;
        boolean extended =
                said != 0 && from + PARAMETERS_AT < to && (octets[from + PARAMETERS_AT] & 0xFF) == EXTENDED_FORM;
        int at = from + PARAMETERS_AT;
        if (extended) {
            at = from + EXTENDED_PARAMETERS_AT;
            if (at > to) {
                throw malformed(PARAMETERS_AT, "the extended length of the optional parameters is cut off");
            }
            said = Octets.u16(
                    octets, from + EXTENDED_LENGTH_AT); // the one-octet length is ignored (RFC 9072 section 2)
        }
        if (said != to - at) {
            throw malformed(
                    PARAMETERS_LENGTH_AT,
                    "the optional parameters have " + said + " octets by their length, but there are " + (to - at));
        }
        int head = extended ? 3 : 2;
        List<Capability> capabilities = new ArrayList<>();
        while (at < to) {
            if (to - at < head) {
                throw malformed(at - from, "an optional parameter is cut off");
            }
            int type = octets[at] & 0xFF;
            int value = at + head;
            int end = value + (extended ? Octets.u16(octets, at + 1) : octets[at + 1] & 0xFF);
            if (type != CAPABILITIES) {
                throw refused(
                        ErrorCode.OPEN_UNSUPPORTED_OPTIONAL_PARAMETER,
                        at - from,
                        "optional parameter " + type + " is not supported");
            }
            if (end > to) {
                throw malformed(at - from, "an optional parameter is longer than the message");
            }
            CapabilityCodec.decode(octets, from, value, end, capabilities);
            at = end;
        }
        return capabilities;
    }

    private static MalformedMessageException refused(int subcode, int offset, String reason) {
        return new MalformedMessageException(ErrorCode.OPEN_MESSAGE, subcode, NOTHING, offset, reason);
    }

    /** A parameter that is known but malformed has subcode 0 (RFC 4271 section 6.2). */
    static MalformedMessageException malformed(int offset, String reason) {
        return refused(ErrorCode.UNSPECIFIC, offset, reason);
    }

    // ---- writing

    /**
     * Each capability in a parameter of its own, as old speakers like it best. The extended form is used only when the
     * classic one has no room, because a speaker that does not know RFC 9072 refuses it.
     *
     * @throws IllegalArgumentException when there is no room for the capabilities in 4096 octets, or a value is out of
     *     range
     */
    static byte[] encode(Message.Open open) {
        List<byte[]> capabilities = new ArrayList<>();
        int classicLength = 0;
        boolean extended = false;
        for (Capability capability : open.capabilities()) {
            byte[] encoded = CapabilityCodec.encode(capability);
            capabilities.add(encoded);
            classicLength += 2 + encoded.length;
            extended |= encoded.length > 255;
        }
        extended |= classicLength > 255;
        ByteArrayOutputStream parameters = new ByteArrayOutputStream();
        for (byte[] capability : capabilities) {
            parameters.write(CAPABILITIES);
            if (extended) {
                parameters.write(capability.length >>> 8);
            }
            parameters.write(capability.length);
            parameters.writeBytes(capability);
        }
        return message(open, parameters.toByteArray(), extended);
    }

    private static byte[] message(Message.Open open, byte[] parameters, boolean extended) {
        int parametersAt = extended ? EXTENDED_PARAMETERS_AT : PARAMETERS_AT;
        int length = parametersAt + parameters.length;
        if (length > Message.MAX_LENGTH) {
            throw new IllegalArgumentException("an OPEN has at most 4096 octets, not " + length);
        }
        byte[] message = new byte[length];
        MessageType.putHeader(message, 0, length, MessageType.OPEN);
        message[VERSION_AT] = (byte) open.version();
        Octets.putU16(message, MY_AS_AT, open.myAs());
        Octets.putU16(message, HOLD_TIME_AT, open.holdTime());
        Octets.putI32(message, ROUTER_ID_AT, open.routerId().value());
        if (extended) {
            message[PARAMETERS_LENGTH_AT] = (byte) 255;
            message[PARAMETERS_AT] = (byte) EXTENDED_FORM;
            Octets.putU16(message, EXTENDED_LENGTH_AT, parameters.length);
        } else {
            message[PARAMETERS_LENGTH_AT] = (byte) parameters.length;
        }
        System.arraycopy(parameters, 0, message, parametersAt, parameters.length);
        return message;
    }
}

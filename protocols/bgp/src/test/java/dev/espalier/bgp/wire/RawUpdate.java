package dev.espalier.bgp.wire;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/** An UPDATE written octet by octet, so that it can be as wrong as a test wants. Hexadecimal may contain spaces. */
final class RawUpdate {

    static final String ORIGIN = "40 01 01 00";
    static final String AS_PATH = "40 02 06 02 01 0000fde9";
    static final String NEXT_HOP = "40 03 04 c0000201";
    static final String MANDATORY = ORIGIN + AS_PATH + NEXT_HOP;
    /** 2001:db8:1::/48 with next hop 2001:db8::1. */
    static final String MP_REACH = "80 0e 1c 0002 01 10 20010db8000000000000000000000001 00 30 20010db80001";
    /** 2001:db8:2::/48 withdrawn. */
    static final String MP_UNREACH = "80 0f 0a 0002 01 30 20010db80002";
    /** 10.1.0.0/16. */
    static final String PREFIX = "10 0a01";

    private String withdrawn = "";
    private String attributes = "";
    private String nlri = "";
    private int withdrawnLengthError;
    private int attributesLengthError;

    static RawUpdate update() {
        return new RawUpdate();
    }

    RawUpdate withdrawn(String hex) {
        withdrawn += hex;
        return this;
    }

    RawUpdate attributes(String... hex) {
        attributes += String.join("", hex);
        return this;
    }

    RawUpdate nlri(String hex) {
        nlri += hex;
        return this;
    }

    /** Makes the length of the withdrawn routes wrong by so much. */
    RawUpdate withdrawnLengthError(int error) {
        withdrawnLengthError = error;
        return this;
    }

    /** Makes the length of the attributes wrong by so much. */
    RawUpdate attributesLengthError(int error) {
        attributesLengthError = error;
        return this;
    }

    byte[] octets() {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        field(body, withdrawn, withdrawnLengthError);
        field(body, attributes, attributesLengthError);
        body.writeBytes(hex(nlri));
        byte[] message = new byte[Message.HEADER_LENGTH + body.size()];
        MessageType.putHeader(message, 0, message.length, MessageType.UPDATE);
        System.arraycopy(body.toByteArray(), 0, message, Message.HEADER_LENGTH, body.size());
        return message;
    }

    private static void field(ByteArrayOutputStream body, String hex, int lengthError) {
        int length = hex(hex).length + lengthError;
        body.write(length >>> 8);
        body.write(length);
        body.writeBytes(hex(hex));
    }

    /** What the decoder makes of it. */
    MessageDecoder.Decoded decode(SessionOptions options) {
        return MessageDecoder.decode(ByteBuffer.wrap(octets()), options);
    }

    /** The same, when it must be valid. */
    UpdateMessage valid(SessionOptions options) {
        MessageDecoder.Decoded decoded = decode(options);
        if (decoded instanceof MessageDecoder.Decoded.Valid(Message.Update(UpdateMessage update))) {
            return update;
        }
        throw new AssertionError("should be valid: " + decoded);
    }

    /** The same, when it must reset the session. */
    MessageDecoder.Decoded.Invalid invalid(SessionOptions options) {
        MessageDecoder.Decoded decoded = decode(options);
        if (decoded instanceof MessageDecoder.Decoded.Invalid invalid) {
            return invalid;
        }
        throw new AssertionError("should reset the session: " + decoded);
    }

    static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }
}

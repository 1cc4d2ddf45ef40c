package dev.espalier.bgp.wire;

/**
 * Ends the reading of a message after which the session cannot go on. Caught by {@link MessageDecoder}, never seen
 * outside.
 */
final class MalformedMessageException extends Exception {

    /** The longest data that fits a NOTIFICATION of 4096 octets, which every peer can read. */
    private static final int MAX_DATA = Message.MAX_LENGTH - Message.HEADER_LENGTH - 2;

    private final MessageDecoder.Decoded.Invalid verdict;

    /** @param offset where it went wrong, in octets from the first octet of the marker */
    MalformedMessageException(int code, int subcode, byte[] data, int offset, String reason) {
        // No stack trace: it is a verdict, and a hostile peer could ask for many.
        super(reason, null, false, false);
        byte[] sent = data.length <= MAX_DATA ? data : java.util.Arrays.copyOf(data, MAX_DATA);
        verdict = new MessageDecoder.Decoded.Invalid(new Message.Notification(code, subcode, sent), offset, reason);
    }

    MessageDecoder.Decoded.Invalid verdict() {
        return verdict;
    }
}

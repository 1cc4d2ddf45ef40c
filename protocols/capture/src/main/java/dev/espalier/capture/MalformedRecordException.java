package dev.espalier.capture;

/** A record does not keep to its format. Never leaves the package: it becomes a {@link CaptureRecord.Problem}. */
final class MalformedRecordException extends Exception {

    private final int offset;

    /** @param offset where in the record, in octets from its beginning */
    MalformedRecordException(int offset, String reason) {
        super(reason, null, false, false);
        this.offset = offset;
    }

    int offset() {
        return offset;
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}

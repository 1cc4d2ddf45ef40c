package dev.espalier.flannel;

/** Something that is meant for flannel cannot be understood. The message is a sentence that says what, and what to try. */
public final class FlannelFormatException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With a sentence for people. */
    public FlannelFormatException(String message) {
        super(message);
    }
}

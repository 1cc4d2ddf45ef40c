package dev.espalier.lab;

/** Something the lab could not do. The message is a sentence for people: what failed, where, and where to look. */
public class LabException extends RuntimeException {

    /** With a sentence for people. */
    public LabException(String message) {
        super(message);
    }

    /** With a sentence for people and what lies behind it. */
    public LabException(String message, Throwable cause) {
        super(message, cause);
    }
}

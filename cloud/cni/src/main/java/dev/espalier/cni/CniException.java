package dev.espalier.cni;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Why a call failed, in the form that a runtime shows: a number of the specification (section "Error"), what is wrong, and what to do
 * about it.
 */
public final class CniException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Code code;
    private final String details;

    /** The numbers of the specification. Those from 100 on would be our own; none is needed. */
    public enum Code {
        /** The version of the configuration is not spoken. */
        INCOMPATIBLE_VERSION(1),
        /** A field cannot be obeyed. */
        UNSUPPORTED_FIELD(2),
        /** The container is not known, or gone. No cleaning up is needed. */
        UNKNOWN_CONTAINER(3),
        /** An environment variable is missing or makes no sense. */
        BAD_ENVIRONMENT(4),
        /** Reading or writing failed. */
        IO(5),
        /** The configuration is no JSON. */
        DECODING(6),
        /** The configuration is JSON and makes no sense. */
        BAD_CONFIGURATION(7),
        /** Later it will work. */
        TRY_AGAIN_LATER(11),
        /** No container can be joined now. */
        NOT_AVAILABLE(50),
        /** Nor are those that are joined well served. */
        NOT_AVAILABLE_AND_LIMITED(51);

        private final int number;

        Code(int number) {
            this.number = number;
        }

        /** The one of a number; of one that is not among them, {@link #IO}. */
        public static Code of(int number) {
            for (Code code : values()) {
                if (code.number == number) {
                    return code;
                }
            }
            return IO;
        }

        /** As it is written. */
        public int number() {
            return number;
        }
    }

    /**
     * Why a call failed.
     *
     * @param message what is wrong, in one sentence
     * @param details what to do about it, or more words of whoever refused; may be empty
     */
    public CniException(Code code, String message, String details) {
        super(message);
        this.code = code;
        this.details = details;
    }

    /** The number's meaning. */
    public Code code() {
        return code;
    }

    /** What to do about it. */
    public String details() {
        return details;
    }

    /** The sentence and what to do about it, for a log. */
    public String sentence() {
        return details.isEmpty() ? getMessage() : getMessage() + "; " + details;
    }

    /** For standard output. */
    public ObjectNode json(CniVersion version) {
        ObjectNode error = JsonNodeFactory.instance.objectNode();
        error.put("cniVersion", version.text());
        error.put("code", code.number());
        error.put("msg", getMessage());
        if (!details.isEmpty()) {
            error.put("details", details);
        }
        return error;
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}

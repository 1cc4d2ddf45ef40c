package dev.espalier.ipam;

/** No address can be given. The message is a sentence that says why, and what there is. */
public final class IpamException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Kind kind;

    /** What kind of trouble it is. */
    public enum Kind {
        /** No pool serves the request. */
        NO_POOL,
        /** Everything that may be used is in use. */
        EXHAUSTED,
        /** The address asked for cannot be given. */
        ADDRESS_REFUSED,
        /** Others were faster, again and again; later it may work. */
        BUSY
    }

    IpamException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /** What kind of trouble it is. */
    public Kind kind() {
        return kind;
    }
}

package dev.espalier.stores.state;

/** A store cannot be used: it does not answer, or what it holds cannot be read. The message is a sentence that says where. */
public final class StateStoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With what went wrong underneath. */
    public StateStoreException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Without anything underneath. */
    public StateStoreException(String message) {
        super(message);
    }
}

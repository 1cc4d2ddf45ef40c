package dev.espalier.bgp.fsm;

/** The states of RFC 4271 section 8.2.2. */
public enum SessionState {
    /** Nothing is tried, by order or until a pause after a failure is over. */
    IDLE("Idle"),
    /** A connection is being opened. */
    CONNECT("Connect"),
    /** Waiting for the neighbour to connect, or for the next attempt. */
    ACTIVE("Active"),
    /** Our OPEN is sent. */
    OPEN_SENT("OpenSent"),
    /** OPENs are exchanged; waiting for the first KEEPALIVE. */
    OPEN_CONFIRM("OpenConfirm"),
    /** Routes are exchanged. */
    ESTABLISHED("Established");

    private final String text;

    SessionState(String text) {
        this.text = text;
    }

    /** The name as in the RFC. */
    @Override
    public String toString() {
        return text;
    }
}

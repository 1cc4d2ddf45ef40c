package dev.espalier.bfd.wire;

/** The states of a session (RFC 5880 section 4.1, Sta), in the order of their numbers on the wire. */
public enum State {
    /** Held down by an operator. */
    ADMIN_DOWN(0, "AdminDown"),
    /** Down, or just created. */
    DOWN(1, "Down"),
    /** The peer is heard, but does not yet know that we hear it. */
    INIT(2, "Init"),
    /** Both hear each other. */
    UP(3, "Up");

    private final int code;
    private final String text;

    State(int code, String text) {
        this.code = code;
        this.text = text;
    }

    /** The number on the wire, 0 to 3. */
    public int code() {
        return code;
    }

    /** The state of a number from 0 to 3. */
    static State ofCode(int code) {
        return switch (code) {
            case 0 -> ADMIN_DOWN;
            case 1 -> DOWN;
            case 2 -> INIT;
            default -> UP;
        };
    }

    /** The name as in the RFC. */
    @Override
    public String toString() {
        return text;
    }
}

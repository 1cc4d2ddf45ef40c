package dev.espalier.bfd.wire;

/**
 * Why a session was last left (RFC 5880 section 4.1, Diag).
 *
 * @param code the number on the wire, 0 to 31
 */
public record Diagnostic(int code) {

    /** No diagnostic. */
    public static final Diagnostic NONE = new Diagnostic(0);
    /** Control detection time expired. */
    public static final Diagnostic DETECTION_TIME_EXPIRED = new Diagnostic(1);
    /** Neighbor signaled session down. */
    public static final Diagnostic NEIGHBOR_SIGNALED_DOWN = new Diagnostic(3);
    /** Administratively down. */
    public static final Diagnostic ADMINISTRATIVELY_DOWN = new Diagnostic(7);

    /** What it means, in the words of the RFC. */
    @Override
    public String toString() {
        return switch (code) {
            case 0 -> "no diagnostic";
            case 1 -> "control detection time expired";
            case 2 -> "echo function failed";
            case 3 -> "neighbor signaled session down";
            case 4 -> "forwarding plane reset";
            case 5 -> "path down";
            case 6 -> "concatenated path down";
            case 7 -> "administratively down";
            case 8 -> "reverse concatenated path down";
            default -> "diagnostic " + code;
        };
    }
}

package dev.espalier.bgp.session;

/** Whether a neighbour takes what is sent to it, for the send hold timer (RFC 9687). Pure; one owner. */
final class SendProgress {

    private long taken;
    private long since;

    /** Begins to watch: {@code now} counts as a moment at which something was taken. */
    SendProgress(long now) {
        since = now;
    }

    /**
     * For how long octets have waited of which the neighbour took none. To be asked from time to time: progress counts from the
     * question that sees it.
     *
     * @param now the loop's clock, in nanoseconds
     * @param given octets given to the connection so far
     * @param waiting those of them that it still holds
     * @return nanoseconds
     */
    long stalledFor(long now, long given, long waiting) {
        if (waiting == 0 || given - waiting > taken) {
            taken = given - waiting;
            since = now;
        }
        return now - since;
    }
}

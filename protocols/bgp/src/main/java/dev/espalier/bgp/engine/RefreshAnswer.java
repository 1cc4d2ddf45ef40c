package dev.espalier.bgp.engine;

/**
 * Where the answer to a neighbour's ROUTE-REFRESH stands, for one family. Requests that arrive while one is answered are
 * answered together, by one more round after it: a flood of them makes two rounds at a time, never a queue. Their credit is
 * given back when they are answered, so whoever asks too fast is not read. Owned by the table's loop.
 */
final class RefreshAnswer {

    private boolean wanted;
    private boolean running;
    private int waitingOctets;
    private int runningOctets;

    /**
     * The neighbour asks.
     *
     * @param octets of its credit, to be given back
     */
    void request(int octets) {
        wanted = true;
        waitingOctets += octets;
    }

    /** Whether a round is to begin. */
    boolean due() {
        return wanted && !running;
    }

    /** Whether a round has begun and not ended. */
    boolean running() {
        return running;
    }

    /** A round begins, which answers all requests so far. */
    void begin() {
        wanted = false;
        running = true;
        runningOctets = waitingOctets;
        waitingOctets = 0;
    }

    /**
     * The round is over: everything has been told again.
     *
     * @return the credit of the requests that it answered
     */
    int end() {
        running = false;
        return runningOctets;
    }
}

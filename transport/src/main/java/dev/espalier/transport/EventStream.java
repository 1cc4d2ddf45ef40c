package dev.espalier.transport;

/**
 * A stream of server-sent events to one client. Bounded: a client that reads too slowly is dropped, with a comment that says so,
 * and comes back for the present state. Any thread; no method blocks.
 */
public interface EventStream extends AutoCloseable {

    /**
     * Sends an event.
     *
     * @param event its type, one line
     * @param data its text; may have several lines
     * @return whether the stream is still open; nothing is sent when not
     */
    boolean send(String event, String data);

    /** Runs the task once when the stream has ended, whoever ended it; at once when it already has. The task must not block. */
    void onClose(Runnable task);

    /** Ends the stream. */
    @Override
    void close();
}

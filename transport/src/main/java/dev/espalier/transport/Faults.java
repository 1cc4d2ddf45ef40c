package dev.espalier.transport;

import dev.espalier.route.Event;
import dev.espalier.route.EventSink;

/**
 * Says it when code that this module calls back throws what it should not. The I/O threads are a top level: a fault in one
 * callback must neither end the thread nor go unheard.
 *
 * @param events who hears of it
 */
record Faults(EventSink events) {

    /** Runs the task; whether it returned normally. */
    boolean guard(String what, Runnable task) {
        try {
            task.run();
            return true;
        } catch (RuntimeException | Error fault) {
            report(what, fault);
            return false;
        }
    }

    /** Reports a fault with the place it comes from, which is all that a person can pass on. */
    void report(String what, Throwable fault) {
        StackTraceElement[] trace = fault.getStackTrace();
        String where = trace.length == 0 ? "" : " at " + trace[0];
        events.accept(new Event(
                Event.Severity.ERROR,
                "transport.fault",
                "default",
                what,
                "A fault in this program, in " + what + ": " + fault + where + ". Please report it."));
    }
}

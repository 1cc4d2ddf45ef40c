package dev.espalier.route;

/**
 * Something that happened and that a person may want to know of: a session came up, a route was refused by the kernel, an
 * input was wrong.
 *
 * @param severity how much it matters
 * @param kind the sort of event, for programs: lower case with dots, such as {@code bgp.session.up}
 * @param instance the name of the routing instance
 * @param subject what it is about: a peer, a prefix, a file
 * @param message a sentence for people: what, why, and what to try
 */
public record Event(Severity severity, String kind, String instance, String subject, String message) {

    /**
     * That a task of a loop threw, which is a mistake of ours: the loop goes on with the next one.
     *
     * @param instance the name of the routing instance
     * @param loop what people call the loop
     * @param bug what was thrown
     */
    public static Event taskFailed(String instance, String loop, Throwable bug) {
        StackTraceElement[] trace = bug.getStackTrace();
        String where = trace.length == 0 ? "unknown place" : trace[0].toString();
        return new Event(
                Severity.ERROR,
                "internal.error",
                instance,
                loop,
                "a task failed, which is a defect of Espalier (please report it): " + bug + " at " + where);
    }

    /** How much an event matters. */
    public enum Severity {
        /** Of interest when looking closely. */
        DEBUG,
        /** The ordinary course of things. */
        INFO,
        /** Something is not as configured or as it should be; the daemon goes on. */
        WARNING,
        /** Something that was asked for does not work. */
        ERROR
    }
}

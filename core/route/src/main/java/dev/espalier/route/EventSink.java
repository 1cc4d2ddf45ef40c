package dev.espalier.route;

/** Where events go. Implementations keep a bounded journal and pass events on; they never block the caller. Any thread. */
@FunctionalInterface
public interface EventSink {

    /** Takes an event. */
    void accept(Event event);

    /** Takes an ordinary event. */
    default void info(String kind, RoutingInstance instance, Object subject, String message) {
        accept(new Event(Event.Severity.INFO, kind, instance.name(), subject.toString(), message));
    }

    /** Takes an event that somebody should look at. */
    default void warning(String kind, RoutingInstance instance, Object subject, String message) {
        accept(new Event(Event.Severity.WARNING, kind, instance.name(), subject.toString(), message));
    }

    /** Takes an event that says something does not work. */
    default void error(String kind, RoutingInstance instance, Object subject, String message) {
        accept(new Event(Event.Severity.ERROR, kind, instance.name(), subject.toString(), message));
    }
}

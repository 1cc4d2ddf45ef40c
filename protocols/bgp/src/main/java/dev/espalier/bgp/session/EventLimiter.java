package dev.espalier.bgp.session;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Lets an event about the same thing through once a minute, so that a knocking stranger does not fill the journal. One owner. */
final class EventLimiter {

    private static final long INTERVAL = TimeUnit.MINUTES.toNanos(1);
    /** How many things are remembered; beyond that the one longest ago is forgotten. */
    private static final int CAPACITY = 256;

    private final Map<Object, Long> last = new LinkedHashMap<>();

    /**
     * Whether the event may go out.
     *
     * @param now nanoseconds
     */
    boolean permits(Object about, long now) {
        Long before = last.get(about);
        if (before != null && now - before < INTERVAL) {
            return false;
        }
        last.remove(about);
        if (last.size() >= CAPACITY) {
            last.remove(last.keySet().iterator().next());
        }
        last.put(about, now);
        return true;
    }
}

package dev.espalier.routing;

import dev.espalier.route.EventSink;
import dev.espalier.route.RoutingInstance;
import java.util.Map;
import java.util.TreeMap;

/**
 * Tells people what the kernel refuses, without telling a million times: the first refusal of each error number in full, the
 * further ones as a count when they are tried again.
 */
final class RefusalJournal {

    private final RoutingInstance instance;
    private final EventSink events;
    private final Map<Integer, Integer> further = new TreeMap<>();

    RefusalJournal(RoutingInstance instance, EventSink events) {
        this.instance = instance;
        this.events = events;
    }

    /** Notes a refusal. */
    void refused(Object subject, Refusal refusal) {
        Integer count = further.get(refusal.errno());
        if (count == null) {
            events.warning(
                    "fib.refused",
                    instance,
                    subject,
                    "the kernel refused " + subject + ": " + refusal.reason() + "; it is tried again");
            further.put(refusal.errno(), 0);
        } else {
            further.put(refusal.errno(), count + 1);
        }
    }

    /** Tells how many more there were. */
    void summarise() {
        further.replaceAll((errno, count) -> {
            if (count > 0) {
                events.warning(
                        "fib.refused",
                        instance,
                        "errno " + errno,
                        "the kernel refused " + count + " more changes with error number " + errno
                                + "; they are tried again");
            }
            return 0;
        });
    }

    /** Notes that nothing is refused any more: the next refusal is news again. */
    void recovered() {
        if (!further.isEmpty()) {
            further.clear();
            events.info("fib.recovered", instance, instance, "the kernel has taken all that it refused before");
        }
    }
}

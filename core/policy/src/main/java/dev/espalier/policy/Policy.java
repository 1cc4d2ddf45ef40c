package dev.espalier.policy;

import dev.espalier.route.PathAttributes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A compiled policy: judges one route, without side effects. Any thread.
 *
 * <p>Equal when made from equal definitions, so that a reload can tell that nothing changed.
 */
public interface Policy {

    /** The name people gave it. */
    String name();

    /**
     * Whether the verdict can depend on {@link PolicyRoute#neighbor} or {@link PolicyRoute#neighborAs}. Where it cannot,
     * neighbours with the same policy are told the same and share the work.
     */
    default boolean dependsOnNeighbor() {
        return true;
    }

    /** Accepts, perhaps with changed attributes, or rejects; says which statement decided. */
    Verdict judge(PolicyRoute route);

    /**
     * Judges by the same code, and tells what every statement on the way thought of the route. For people; slow. A policy that has
     * no statements to tell of gives its verdict only.
     */
    default Explanation explain(PolicyRoute route) {
        return new Explanation(judge(route), List.of());
    }

    /**
     * What a policy decided.
     *
     * @param attributes the attributes of the accepted route, the very same object when nothing changed; null when rejected
     * @param policy the policy that decided
     * @param statement the statement that decided, or null for the default action
     */
    record Verdict(
            @Nullable PathAttributes attributes,
            String policy,
            @Nullable String statement) {
        /** Whether the route was accepted. */
        public boolean accepted() {
            return attributes != null;
        }

        /** Who decided, for people: {@code policy 'x' statement 'y'} or {@code policy 'x' default action}. */
        public String because() {
            return "policy '" + policy + "' "
                    + (statement == null ? "default action" : "statement '" + statement + "'");
        }
    }

    /**
     * A verdict and how it came about.
     *
     * @param verdict what {@link #judge} says
     * @param trace a line for each statement the route met, and for the default action if it came to that, in order; the lines of
     *     a policy that was called stand before the line of the statement that called it
     */
    record Explanation(Verdict verdict, List<TraceLine> trace) {
        /** Keeps a copy of the list. */
        public Explanation {
            trace = List.copyOf(trace);
        }
    }

    /**
     * What one statement thought of a route.
     *
     * @param policy its policy
     * @param statement its name, or null for the default action
     * @param matched whether all its conditions held; true for the default action
     * @param detail the first condition that failed and what it saw, or what was done and what follows
     */
    record TraceLine(String policy, @Nullable String statement, boolean matched, String detail) {
        /** {@code policy 'x' statement 'y' matches: setLocalPref 200, accept}. */
        @Override
        public String toString() {
            String who = "policy '" + policy + "' ";
            return statement == null
                    ? who + "default action: " + detail
                    : who + "statement '" + statement + (matched ? "' matches: " : "' does not match: ") + detail;
        }
    }
}

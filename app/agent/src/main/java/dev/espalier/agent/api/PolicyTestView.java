package dev.espalier.agent.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a policy makes of one route.
 *
 * @param prefix the route's
 * @param policy the policy that was asked; several of a chain with commas; null when the peer has none
 * @param accepted whether the route is accepted
 * @param because who decided, and how, in words
 * @param trace the statements that the route met, in order; those behind the decision are not in it
 * @param attributes those that the route has before or after
 */
public record PolicyTestView(
        String prefix,
        @Nullable String policy,
        boolean accepted,
        String because,
        List<Step> trace,
        List<Attribute> attributes) {

    /**
     * What one statement thought of the route.
     *
     * @param policy its policy
     * @param statement its name, or null for the default action
     * @param matched whether all its conditions held
     * @param detail which condition did not hold and what it saw, or what was done
     */
    public record Step(String policy, @Nullable String statement, boolean matched, String detail) {}

    /**
     * An attribute of the route.
     *
     * @param name as in the configuration's words, such as {@code localPref}
     * @param before its value before the policy, or null without one
     * @param after its value when the policy accepts, or null without one
     */
    public record Attribute(
            String name, @Nullable String before, @Nullable String after) {}
}

package dev.espalier.policy;

import java.util.List;

/**
 * One statement of a policy: when all conditions hold, the actions are done in order, then the result follows. Immutable.
 *
 * @param name how verdicts call it; unique within its policy
 * @param conditions all must hold; none means every route
 * @param actions the changes, done in this order; none leaves the route as it is
 * @param policyResult what follows
 */
public record Statement(String name, List<Condition> conditions, List<Action> actions, PolicyResult policyResult) {
    /** Keeps copies of the lists. */
    public Statement {
        conditions = List.copyOf(conditions);
        actions = List.copyOf(actions);
    }
}

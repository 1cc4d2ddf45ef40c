package dev.espalier.policy;

import dev.espalier.policy.Policy.TraceLine;
import dev.espalier.route.PathAttributes;
import java.util.List;

/** A statement with its names looked up. Immutable; any thread. */
final class CompiledStatement {

    /** A condition made ready: true or false for one route. */
    interface Test {
        boolean holds(Evaluation evaluation);
    }

    /** An action made ready: the attributes after it; the very same object when it changes nothing. */
    interface Change {
        PathAttributes apply(Evaluation evaluation);
    }

    /** A test, with the condition it was made from, for people. */
    record Check(Condition condition, Test test) {}

    private final String policy;
    private final Statement definition;
    private final Check[] checks;
    private final Change[] changes;

    CompiledStatement(String policy, Statement definition, List<Check> checks, List<Change> changes) {
        this.policy = policy;
        this.definition = definition;
        this.checks = checks.toArray(Check[]::new);
        this.changes = changes.toArray(Change[]::new);
    }

    /** Does the actions if all conditions hold; {@code NEXT} when the next statement shall go on. */
    PolicyResult evaluate(Evaluation evaluation) {
        PathAttributes before = evaluation.attributes();
        for (Check check : checks) {
            if (!check.test.holds(evaluation)) {
                evaluation.attributes(before); // what a called policy changed does not count
                traceFailure(evaluation, check.condition);
                return PolicyResult.NEXT;
            }
        }
        for (Change change : changes) {
            evaluation.attributes(change.apply(evaluation));
        }
        evaluation.decidedBy(policy, definition.name());
        if (evaluation.traced()) {
            evaluation.trace(new TraceLine(policy, definition.name(), true, Wording.of(definition)));
        }
        return definition.policyResult();
    }

    private void traceFailure(Evaluation evaluation, Condition failed) {
        if (evaluation.traced()) {
            String detail = Wording.of(failed) + " does not hold: " + Wording.seen(failed, evaluation);
            evaluation.trace(new TraceLine(policy, definition.name(), false, detail));
        }
    }
}
